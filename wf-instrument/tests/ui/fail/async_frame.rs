use wf_instrument::wf_measure;

#[wf_measure(frame)]
async fn f() {}

#[wf_measure(frame)]
fn g() -> impl Future<Output = ()> {
    async {}
}

fn main() {}
