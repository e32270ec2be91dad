//! What wf-instrument costs, beside its peers.
