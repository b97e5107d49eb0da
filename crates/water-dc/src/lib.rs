//! Water footprint of data centres.
