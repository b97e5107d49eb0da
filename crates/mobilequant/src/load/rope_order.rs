//! Order of rotary channels: neighbours (2c, 2c + 1) or halves (c, c + r/2).

/// Rows of every head from neighbouring pairs to split halves; `width` values a row.
pub(super) fn to_halves(data: &[f32], width: usize, head_dim: usize) -> Vec<f32> {
    let half = head_dim / 2;
    reorder(data, width, head_dim, |row| if row < half { 2 * row } else { 2 * (row - half) + 1 })
}

/// Rows of every head from split halves to neighbouring pairs.
pub(super) fn to_neighbours(data: &[f32], width: usize, head_dim: usize) -> Vec<f32> {
    let half = head_dim / 2;
    reorder(data, width, head_dim, |row| row / 2 + (row % 2) * half)
}

fn reorder(data: &[f32], width: usize, head_dim: usize, from: impl Fn(usize) -> usize) -> Vec<f32> {
    let head = head_dim * width;
    if head == 0 {
        return data.to_vec();
    }
    let rows = data.chunks_exact(head).flat_map(|head| (0..head_dim).map(move |row| (head, row)));
    rows.flat_map(|(head, row)| &head[from(row) * width..][..width]).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders() {
        let neighbours: Vec<f32> = (0..12).map(|x| x as f32).collect();
        let halves = to_halves(&neighbours, 1, 6);
        assert_eq!(halves, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0, 6.0, 8.0, 10.0, 7.0, 9.0, 11.0]);
        assert_eq!(to_neighbours(&halves, 1, 6), neighbours);
        assert_eq!(to_halves(&neighbours, 3, 4), [0., 1., 2., 6., 7., 8., 3., 4., 5., 9., 10., 11.]);
    }
}
