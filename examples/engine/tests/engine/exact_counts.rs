use serde_json::Value;

use crate::process::Process;

fn check(arguments: &[&str]) -> Value {
    let report = Process::start(arguments).wait();
    let count = |name: &str| report["clients"][name].as_u64().expect(name);
    let outcomes = ["answered", "shed", "failed", "left"].map(count);
    assert!(count("sent") > 0, "{report}");
    assert_eq!(outcomes.iter().sum::<u64>(), count("sent"), "{report}");
    if !report["measured"].is_null() {
        assert_eq!(report["exact"], true, "{report}");
    }
    report
}

#[test]
fn a_light_load_completes_and_is_counted_to_the_last_token() {
    // On a busy machine a request may wait longer than the default allows.
    let report = check(&["--duration", "3s", "--rate", "10", "--max-wait", "60s"]);
    let clients = &report["clients"];
    assert_eq!(clients["answered"], clients["sent"], "{report}");
    if !report["measured"].is_null() {
        let admitted = &report["measured"]["queue_seconds"]["count"];
        assert_eq!(admitted, &clients["sent"], "{report}");
    }
    assert!(
        clients["tokens"].as_u64() > clients["sent"].as_u64(),
        "{report}"
    );
}

#[test]
fn an_overload_with_client_timeouts_is_counted_to_the_last_token() {
    let report = check(&[
        "--variant",
        "m15",
        "--duration",
        "3s",
        "--rate",
        "100",
        "--max-concurrent",
        "2",
        "--max-wait",
        "300ms",
        "--patience",
        "200ms",
        "--advisory",
    ]);
    let clients = &report["clients"];
    assert!(clients["left"].as_u64() > Some(0), "{report}");
}

#[test]
fn a_short_max_wait_rejects_and_is_counted_to_the_last_token() {
    let report = check(&[
        "--variant",
        "m15",
        "--duration",
        "3s",
        "--rate",
        "100",
        "--max-concurrent",
        "2",
        "--max-wait",
        "100ms",
        "--advisory",
    ]);
    assert!(report["clients"]["shed"].as_u64() > Some(0), "{report}");
    assert_eq!(report["knobs_after"], report["knobs_before"], "{report}");
}

#[test]
fn a_warm_up_is_counted_and_not_scored() {
    let report = check(&["--duration", "3s", "--rate", "20", "--warm-up", "2s"]);
    let scored = report["load"]["ttft_seconds"]["count"].as_u64();
    assert!(
        scored > Some(0) && scored < report["clients"]["answered"].as_u64(),
        "{report}"
    );
    let good = report["goodput"]["requests"].as_f64().expect("a number");
    let rate = report["goodput"]["per_second"].as_f64().expect("a number");
    let counted = report["seconds"].as_f64().expect("a number") - 2.0;
    assert!((rate * counted - good).abs() < 1e-6, "{report}");
}
