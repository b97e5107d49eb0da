//! What is left when a server fails.

use super::SetObjective;
use crate::{Error, Result};

/// The value of what remains after the worst loss of one server:
///
/// ```text
/// f(S) = min over servers s of inner(S without the experts on s)
/// ```
///
/// A set chosen by it answers well whichever server fails. Monotone if the inner objective is; not submodular.
#[derive(Debug, Clone)]
pub struct ServerLoss<O> {
    inner: O,
    servers: Vec<usize>,
    /// Distinct servers.
    count: usize,
}

impl<O: SetObjective> ServerLoss<O> {
    /// The objective of an inner one and the server of each expert.
    ///
    /// # Errors
    /// [`Error::Dimension`] for another number of servers than experts, [`Error::TooMany`] for a server from 128 on.
    pub fn new(inner: O, servers: Vec<usize>) -> Result<Self> {
        if servers.len() != inner.experts() {
            let (expected, got) = (inner.experts(), servers.len());
            return Err(Error::Dimension { what: "servers of experts".into(), expected, got });
        }
        let count = servers.iter().max().map_or(0, |s| s.saturating_add(1));
        if count > crate::ExpertSet::MAX {
            return Err(Error::TooMany { what: "servers", limit: crate::ExpertSet::MAX, got: count });
        }
        Ok(Self { inner, servers, count })
    }
}

impl<O: SetObjective> SetObjective for ServerLoss<O> {
    const NAME: &'static str = "ServerLoss";
    const MONOTONE: bool = O::MONOTONE;
    const SUBMODULAR: bool = false;
    /// What remains after the loss of each server.
    type State = Vec<O::State>;

    fn experts(&self) -> usize {
        self.inner.experts()
    }

    fn scale(&self) -> f64 {
        self.inner.scale()
    }

    fn slack(&self) -> i64 {
        self.inner.slack()
    }

    fn empty(&self) -> Self::State {
        vec![self.inner.empty(); self.count]
    }

    fn push(&self, state: &mut Self::State, expert: usize) {
        for (server, left) in state.iter_mut().enumerate() {
            if self.servers[expert] != server {
                self.inner.push(left, expert);
            }
        }
    }

    fn value(&self, state: &Self::State) -> i64 {
        state.iter().map(|left| self.inner.value(left)).min().unwrap_or(0)
    }

    fn gain(&self, state: &Self::State, expert: usize) -> i64 {
        let mut more = state.clone();
        self.push(&mut more, expert);
        self.value(&more) - self.value(state)
    }
}
