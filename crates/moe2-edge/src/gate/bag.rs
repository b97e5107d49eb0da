//! Sums of rows of a table, weighted by sparse vectors: a product with a sparse matrix, with its gradient.

use super::SparseVector;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use common::tensor::real::{Real, slice, unsupported, with_slice};

/// `out_m = sum_k x_mk row_k`: the table `[buckets, width]` becomes `[M, width]`. Every sum has a fixed order.
pub(super) fn embedding_bag(table: &Tensor, vectors: Vec<SparseVector>) -> Result<Tensor> {
    table.contiguous()?.apply_op1(EmbeddingBag { vectors })
}

struct EmbeddingBag {
    vectors: Vec<SparseVector>,
}

impl EmbeddingBag {
    fn forward<T: Real>(&self, table: &[T], width: usize) -> Vec<T> {
        let mut out = vec![T::default(); self.vectors.len() * width];
        for (vector, out) in self.vectors.iter().zip(out.chunks_exact_mut(width)) {
            for (index, value) in vector.iter() {
                axpy(out, T::from_f64(f64::from(value)), &table[index * width..][..width]);
            }
        }
        out
    }

    fn backward<T: Real>(&self, table: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let (buckets, width) = table.dims2()?;
        let sums = with_slice::<T, _>(self.name(), gradient, |gradient| {
            let mut sums = vec![T::default(); buckets * width];
            for (vector, gradient) in self.vectors.iter().zip(gradient.chunks_exact(width)) {
                for (index, value) in vector.iter() {
                    axpy(&mut sums[index * width..][..width], T::from_f64(f64::from(value)), gradient);
                }
            }
            Ok(sums)
        })?;
        Tensor::from_vec(sums, (buckets, width), table.device())
    }
}

/// `out += value * row`.
fn axpy<T: Real>(out: &mut [T], value: T, row: &[T]) {
    for (out, &term) in out.iter_mut().zip(row) {
        *out += value * term;
    }
}

impl CustomOp1 for EmbeddingBag {
    fn name(&self) -> &'static str {
        "embedding bag"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (buckets, width) = layout.shape().dims2()?;
        if let Some(&index) = self.vectors.iter().filter_map(|vector| vector.indices().last()).max()
            && index as usize >= buckets
        {
            candle_core::bail!("an embedding bag of {buckets} rows has no row {index}");
        }
        let out = match storage {
            CpuStorage::F32(_) => CpuStorage::F32(self.forward(slice(self.name(), storage, layout)?, width)),
            CpuStorage::F64(_) => CpuStorage::F64(self.forward(slice(self.name(), storage, layout)?, width)),
            _ => unsupported(self.name(), &[storage])?,
        };
        Ok((out, Shape::from((self.vectors.len(), width))))
    }

    fn bwd(&self, table: &Tensor, _out: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(match table.dtype() {
            candle_core::DType::F32 => self.backward::<f32>(table, gradient)?,
            _ => self.backward::<f64>(table, gradient)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::HashedFeatures;
    use candle_core::Device;
    use common::tensor::grad_check::grad_check;

    #[test]
    fn gradient_is_the_central_difference() {
        let features = HashedFeatures::new(6).unwrap();
        let vectors: Vec<_> = ["one two two", "", "three"].map(|text| features.vector(text)).into();
        let table: Vec<f64> = (0..18).map(|i| f64::from(i * i % 7) / 7.0 - 0.4).collect();
        let table = Tensor::from_vec(table, (6, 3), &Device::Cpu).unwrap();
        let f = |x: &[Tensor]| embedding_bag(&x[0], vectors.clone())?.powf(3.0)?.sum_all();
        let check = grad_check(f, std::slice::from_ref(&table), 1e-6).unwrap();
        assert!(check.max_relative_error < 1e-7, "{check:?}");
        let out = embedding_bag(&table, vectors.clone()).unwrap().to_vec2::<f64>().unwrap();
        let dense = vectors[0].iter().fold(0.0, |sum, (index, value)| {
            sum + f64::from(value) * (((3 * index + 1).pow(2) % 7) as f64 / 7.0 - 0.4)
        });
        common::assert_close!(out[0][1], dense, rel = 1e-14);
        assert_eq!(out[1], [0.0; 3]);
        assert!(embedding_bag(&table.narrow(0, 0, 1).unwrap(), vectors).is_err());
    }
}
