use wf_instrument::wf_measure;

#[wf_measure(name = NAME)]
fn constant() {}

#[wf_measure(name = "")]
fn empty() {}

#[wf_measure(name = "two\nlines")]
fn lines() {}

#[wf_measure("chat")]
fn bare() {}

const NAME: &str = "chat";

fn main() {}
