//! Each error is reported at its own token, with the way out, and all of them in one compile.

#[test]
fn errors_are_reported_at_their_tokens_with_the_way_out() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
