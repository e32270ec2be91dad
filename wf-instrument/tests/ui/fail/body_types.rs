use wf_instrument::wf_measure;

#[wf_measure]
fn value() -> u32 {
    let text = "3";
    text
}

#[wf_measure]
async fn later() -> u32 {
    "3"
}

#[wf_measure]
fn result() -> Result<u32, String> {
    return Ok("3");
}

#[wf_measure(ttft)]
async fn generation() -> Option<u32> {
    Some("3")
}

#[wf_measure]
fn nothing() -> u32 {}

#[wf_measure]
async fn no_result() -> Result<(), String> {
    let _: u8 = "3".parse()?;
    Ok(())
}

fn main() {}
