use wf_instrument::wf_measure;

#[wf_measure]
fn f(text: String) -> Result<&'static str, ()> {
    Ok(&text)
}

fn main() {}
