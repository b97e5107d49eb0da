//! Spiking neural networks that answer in one timestep.
