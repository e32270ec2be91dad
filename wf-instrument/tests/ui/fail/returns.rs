use futures_util::stream::BoxStream;
use wf_instrument::wf_measure;

type Alias = u8;

#[wf_measure(returns = task)]
fn unknown() -> Alias {
    1
}

#[wf_measure(returns = future)]
async fn shown_by_async() -> Alias {
    1
}

#[wf_measure(ttft, returns = iterator)]
fn shown_by_the_type() -> Result<BoxStream<'static, u8>, String> {
    Err(String::new())
}

#[wf_measure(returns = iterator)]
fn without_items() -> Alias {
    1
}

#[wf_measure(returns = value)]
impl Engine {}

fn main() {}
