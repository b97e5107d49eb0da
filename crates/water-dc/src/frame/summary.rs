//! Groups of rows.

use polars::prelude::{Expr, LazyFrame, QuantileMethod, col, len, lit};

/// Groups the rows of [`wue_lazy`](super::wue_lazy). Columns: `by`, `hours`, `invalid_hours`, and over the valid ones
/// `tw_c_mean`, `wue_on_mean`, `wue_on_min`, `wue_on_max`, with a site `wue_total_mean`, and `wue_on_q0.05` or the
/// like for each of `quantiles` (0..=1, by linear interpolation; these need the values of a group in memory, the
/// others do not). Means are means of hourly values.
///
/// The order of the groups, and the last bits of the means, depend on the threads of polars; what must not is summed
/// by [`batch::GroupSums`](crate::batch::GroupSums).
pub fn summarize(frame: LazyFrame, by: &[Expr], with_site: bool, quantiles: &[f64]) -> LazyFrame {
    let mut columns = vec![
        len().alias("hours"),
        col("wue_on").null_count().alias("invalid_hours"),
        col("tw_c").mean().alias("tw_c_mean"),
        col("wue_on").mean().alias("wue_on_mean"),
        col("wue_on").min().alias("wue_on_min"),
        col("wue_on").max().alias("wue_on_max"),
    ];
    if with_site {
        columns.push(col("wue_total").mean().alias("wue_total_mean"));
    }
    columns.extend(
        quantiles
            .iter()
            .map(|q| col("wue_on").quantile(lit(*q), QuantileMethod::Linear).alias(format!("wue_on_q{q}"))),
    );
    if by.is_empty() { frame.select(columns) } else { frame.group_by(by).agg(columns) }
}
