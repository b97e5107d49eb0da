//! Convolution and linear layer of f32, batch 64: forward, and forward with backward, on one thread.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor, Var};
use common::rng::Streams;
use common::tensor::conv::{conv2d, linear};
use common::tensor::init;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const BATCH: usize = 64;
/// Input channels, output channels, side of the map; kernel 3 × 3, stride 1, padding 1.
const CONV: [(usize, usize, usize); 7] =
    [(3, 64, 32), (16, 16, 32), (32, 32, 32), (64, 64, 32), (64, 128, 8), (64, 64, 4), (64, 64, 2)];
const LINEAR: [(usize, usize); 2] = [(2048, 256), (2048, 4096)];

/// A scalar whose gradient with respect to its argument is given, so that nothing but the layer is measured.
struct Gradient(Tensor);

impl CustomOp1 for Gradient {
    fn name(&self) -> &'static str {
        "given gradient"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(vec![0.0]), Shape::from(())))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(self.0.clone()))
    }
}

fn variable(name: &str, shape: &[usize]) -> Var {
    init::normal(shape, 1.0, &mut Streams::new(1).stream(name)).unwrap()
}

/// Measures `layer(x, weight, bias)` and its backward pass; `operations` is the floating-point work of one pass.
fn measure(
    c: &mut Criterion,
    name: &str,
    id: &str,
    operations: usize,
    inputs: [Var; 3],
    layer: impl Fn(&Tensor, &Tensor, &Tensor) -> Tensor,
) {
    let [x, weight, bias] = inputs;
    let y = layer(&x, &weight, &bias).detach();
    let gradient = Tensor::ones(y.shape(), y.dtype(), &Device::Cpu).unwrap();
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(operations as u64)).sample_size(10);
    group.bench_function(BenchmarkId::new("forward", id), |b| {
        b.iter(|| layer(&x.detach(), &weight.detach(), &bias.detach()));
    });
    group.throughput(Throughput::Elements(3 * operations as u64));
    group.bench_function(BenchmarkId::new("forward and backward", id), |b| {
        b.iter(|| {
            layer(&x, &weight, &bias).apply_op1(Gradient(gradient.clone())).unwrap().backward().unwrap()
        });
    });
    group.finish();
}

fn conv(c: &mut Criterion) {
    for (input, output, side) in CONV {
        let inputs = [
            variable("x", &[BATCH, input, side, side]),
            variable("weight", &[output, input, 3, 3]),
            variable("bias", &[output]),
        ];
        let operations = 2 * 9 * BATCH * input * output * side * side;
        let layer = |x: &Tensor, weight: &Tensor, bias: &Tensor| conv2d(x, weight, Some(bias), 1, 1).unwrap();
        measure(c, "conv2d 3x3", &format!("{input} to {output} at {side}"), operations, inputs, layer);
    }
}

fn fully_connected(c: &mut Criterion) {
    for (input, output) in LINEAR {
        let inputs = [
            variable("x", &[BATCH, input]),
            variable("weight", &[output, input]),
            variable("bias", &[output]),
        ];
        let layer = |x: &Tensor, weight: &Tensor, bias: &Tensor| linear(x, weight, Some(bias)).unwrap();
        measure(c, "linear", &format!("{input} to {output}"), 2 * BATCH * input * output, inputs, layer);
    }
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().unwrap();
    conv(c);
    fully_connected(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
