use wf_instrument::wf_measure;

struct Result(u8);

#[wf_measure]
fn f() -> Result {
    Result(3)
}

#[wf_measure]
async fn g() -> Result {
    Result(3)
}

fn main() {}
