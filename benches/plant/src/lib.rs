//! The simulated engine that the governor is proven on.
