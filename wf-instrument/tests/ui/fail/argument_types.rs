use wf_instrument::wf_measure;

#[wf_measure(ttft, model = 3)]
fn model() {}

#[wf_measure(ttft, prompt_tokens = "many")]
fn prompt() {}

#[wf_measure(ttft, queued_at = 3)]
fn queued() {}

#[wf_measure(ttft, tokens = |item| item.len())]
fn tokens() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

#[wf_measure(ttft, tokens = |item| "one")]
fn text() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

#[wf_measure(ttft, last = |item| *item)]
fn last() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

fn main() {}
