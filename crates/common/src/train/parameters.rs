//! What the optimisers share: named variables with their moments, updated in place.

use super::error::{Error, Result, during};
use super::grads::{gradient, require_grads};
use crate::tensor::real::{Real, slice};
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, DType, InplaceOp1, Layout, Storage, Tensor, Var};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Variables, each with `M` moments of its own shape that start at 0.
#[derive(Debug)]
pub(super) struct Parameters<const M: usize> {
    named: Vec<(String, Var)>,
    decays: Vec<bool>,
    moments: Vec<[Moment; M]>,
    labels: [&'static str; M],
}

/// The rule of an optimiser for one element: the variable's value and its moments from the gradient.
pub(super) trait Rule<const M: usize> {
    /// Updates all elements of one variable; `decays` says whether weight decay applies to it.
    fn apply<T: Real>(&self, values: &mut [T], gradient: &[T], moments: [&mut [T]; M], decays: bool);
}

#[derive(Debug)]
enum Moment {
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl<const M: usize> Parameters<M> {
    /// `labels` name the moments in the saved state.
    pub(super) fn new(named: Vec<(String, Var)>, labels: [&'static str; M]) -> Result<Self> {
        let mut names = HashSet::new();
        let mut ids = HashMap::new();
        let mut moments = Vec::with_capacity(named.len());
        for (name, variable) in &named {
            if !names.insert(name) {
                return Err(Error::DuplicateName { name: name.clone() });
            }
            if let Some(first) = ids.insert(variable.id(), name) {
                return Err(Error::DuplicateVariable { first: first.clone(), second: name.clone() });
            }
            let size = variable.elem_count();
            moments.push(match variable.dtype() {
                DType::F32 => std::array::from_fn(|_| Moment::F32(vec![0.0; size])),
                DType::F64 => std::array::from_fn(|_| Moment::F64(vec![0.0; size])),
                dtype => return Err(Error::ElementType { name: name.clone(), dtype }),
            });
        }
        let decays = vec![true; named.len()];
        Ok(Self { named, decays, moments, labels })
    }

    /// Restricts weight decay to variables whose name is chosen.
    pub(super) fn decay_only(&mut self, decays: impl Fn(&str) -> bool) {
        self.decays = self.named.iter().map(|(name, _)| decays(name)).collect();
    }

    /// Applies a rule to every variable. All gradients are checked before anything moves.
    pub(super) fn update(&mut self, grads: &GradStore, rule: &impl Rule<M>) -> Result<()> {
        require_grads(&self.named, grads)?;
        for (((name, variable), &decays), moments) in
            self.named.iter().zip(&self.decays).zip(&mut self.moments)
        {
            let gradient = gradient(name, variable, grads)?;
            if gradient.shape() != variable.shape() || gradient.dtype() != variable.dtype() {
                return Err(Error::TensorMismatch {
                    name: format!("gradient of {name}"),
                    expected: describe(variable),
                    got: describe(gradient),
                });
            }
            let op = Update { gradient, moments: RefCell::new(moments), rule, decays };
            variable.inplace_op1(&op).map_err(during("updating a variable"))?;
        }
        Ok(())
    }

    /// The moments, each named `label/variable`.
    pub(super) fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut state = BTreeMap::new();
        for ((name, variable), moments) in self.named.iter().zip(&self.moments) {
            for (label, moment) in self.labels.iter().zip(moments) {
                let (shape, device) = (variable.shape(), variable.device());
                let tensor = match moment {
                    Moment::F32(values) => Tensor::from_slice(values, shape, device),
                    Moment::F64(values) => Tensor::from_slice(values, shape, device),
                };
                state.insert(format!("{label}/{name}"), tensor.map_err(during("saving a moment"))?);
            }
        }
        Ok(state)
    }

    /// Takes over all moments of a saved state, or none if one is missing, does not fit, or is unknown; names in
    /// `others` are left to the caller.
    pub(super) fn load(&mut self, state: &BTreeMap<String, Tensor>, others: &[&str]) -> Result<()> {
        let mut known = HashSet::new();
        let mut loaded = Vec::with_capacity(self.moments.len());
        for (name, variable) in &self.named {
            let mut read = |label: &str| {
                let key = format!("{label}/{name}");
                let moment = read_moment(&key, variable, state);
                known.insert(key);
                moment
            };
            let moments = self.labels.iter().map(|label| read(label)).collect::<Result<Vec<_>>>()?;
            let Ok(moments) = <[Moment; M]>::try_from(moments) else { unreachable!("one moment a label") };
            loaded.push(moments);
        }
        if let Some(name) = state.keys().find(|key| !known.contains(*key) && !others.contains(&key.as_str()))
        {
            return Err(Error::UnknownTensor { name: name.clone() });
        }
        self.moments = loaded;
        Ok(())
    }
}

fn read_moment(key: &str, variable: &Var, state: &BTreeMap<String, Tensor>) -> Result<Moment> {
    let tensor = state.get(key).ok_or_else(|| Error::MissingTensor { name: key.to_owned() })?;
    if tensor.shape() != variable.shape() || tensor.dtype() != variable.dtype() {
        return Err(Error::TensorMismatch {
            name: key.to_owned(),
            expected: describe(variable),
            got: describe(tensor),
        });
    }
    let flat = tensor.flatten_all().map_err(during("loading a moment"))?;
    match tensor.dtype() {
        DType::F32 => flat.to_vec1().map(Moment::F32),
        _ => flat.to_vec1().map(Moment::F64),
    }
    .map_err(during("loading a moment"))
}

/// Shape and element type, for an error.
pub(super) fn describe(tensor: &Tensor) -> String {
    format!("{:?} of {:?}", tensor.dims(), tensor.dtype())
}

struct Update<'a, R, const M: usize> {
    gradient: &'a Tensor,
    moments: RefCell<&'a mut [Moment; M]>,
    rule: &'a R,
    decays: bool,
}

impl<R: Rule<M>, const M: usize> InplaceOp1 for Update<'_, R, M> {
    fn name(&self) -> &'static str {
        "optimiser step"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let name = self.name();
        let Some((start, end)) = layout.contiguous_offsets() else {
            return Err(candle_core::Error::RequiresContiguous { op: name }.bt());
        };
        let gradient = self.gradient.contiguous()?;
        let (gradient, gradient_layout) = gradient.storage_and_layout();
        let Storage::Cpu(gradient) = &*gradient else {
            candle_core::bail!("{name} needs gradients on the CPU");
        };
        let mut moments = self.moments.borrow_mut();
        match storage {
            CpuStorage::F32(values) => {
                let gradient = slice(name, gradient, gradient_layout)?;
                let moments = moments.each_mut().map(|moment| match moment {
                    Moment::F32(values) => values.as_mut_slice(),
                    Moment::F64(_) => unreachable!("moments have the type of their variable"),
                });
                self.rule.apply(&mut values[start..end], gradient, moments, self.decays);
            }
            CpuStorage::F64(values) => {
                let gradient = slice(name, gradient, gradient_layout)?;
                let moments = moments.each_mut().map(|moment| match moment {
                    Moment::F64(values) => values.as_mut_slice(),
                    Moment::F32(_) => unreachable!("moments have the type of their variable"),
                });
                self.rule.apply(&mut values[start..end], gradient, moments, self.decays);
            }
            _ => unreachable!("the constructor admits f32 and f64"),
        }
        Ok(())
    }
}
