//! The attribute and function-like macros of wf-instrument.
