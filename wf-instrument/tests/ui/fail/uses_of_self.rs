use futures_util::stream::{self, BoxStream, Stream};
use wf_instrument::wf_measure;

struct Engine {
    scale: u64,
}

impl Engine {
    #[wf_measure(ttft, tokens = |n| *n * self.scale)]
    fn mutable(&mut self) -> impl Stream<Item = u64> {
        self.scale += 1;
        stream::iter([1])
    }

    #[wf_measure(ttft, tokens = |n| *n * self.scale, error_if = |n| *n > self.scale)]
    fn lasting(&self) -> BoxStream<'static, u64> {
        Box::pin(stream::iter([1]))
    }

    #[wf_measure(ok_if = |n| *n > self.scale)]
    async fn later(&mut self) -> u64 {
        self.scale += 1;
        self.scale
    }
}

fn main() {}
