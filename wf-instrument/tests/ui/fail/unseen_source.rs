use wf_instrument::wf_measure;

struct ReceiverStream<T>(T);

#[wf_measure(ttft)]
fn stream() -> ReceiverStream<u8> {
    ReceiverStream(0)
}

#[wf_measure(ttft)]
async fn receiver() -> Result<std::sync::mpsc::Receiver<u8>, String> {
    Err(String::new())
}

#[wf_measure(ttft)]
fn iterator() -> std::vec::IntoIter<u8> {
    vec![0].into_iter()
}

#[wf_measure(ttft)]
fn with_a_number() -> Option<(u64, impl Iterator<Item = u8>)> {
    Some((1, std::iter::empty()))
}

fn main() {}
