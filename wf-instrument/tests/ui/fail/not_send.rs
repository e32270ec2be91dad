use wf_instrument::wf_measure;

#[wf_measure]
async fn f() {
    let shared = std::rc::Rc::new(3);
    std::future::ready(()).await;
    drop(shared);
}

fn is_send(_: impl Send) {}

fn g() {
    is_send(f());
}

fn main() {}
