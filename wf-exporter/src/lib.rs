//! The Prometheus endpoint of wf-instrument.
