use wf_instrument::wf_measure;

#[wf_measure(ok_if = |response| response.status < 400)]
fn no_such_field() -> String {
    String::new()
}

#[wf_measure(error_if = |response| response.len())]
fn no_bool() -> String {
    String::new()
}

fn main() {
    no_such_field();
    no_bool();
}
