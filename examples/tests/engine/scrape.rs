use crate::client::get;
use crate::process::Process;
use crate::prometheus::{Prometheus, check_with_promtool, tool};

#[test]
fn a_real_prometheus_holds_rising_counts_and_the_governor_s_set_points() {
    let Some(program) = tool("WF_PROMETHEUS", "prometheus") else {
        return;
    };
    let engine = Process::start(&["--rate", "10"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let prometheus = Prometheus::start(&program, metrics);
    for name in [
        "wf_time_to_first_token_seconds_count",
        "wf_generation_tokens_total",
    ] {
        let first = prometheus.wait_until(name, |_| true);
        prometheus.wait_until(name, |value| value > first);
    }
    for knob in ["max_concurrent", "workers"] {
        let set_point = format!("wf_governor_setpoint{{knob=\"{knob}\"}}");
        prometheus.wait_until(&set_point, |value| value >= 1.0);
    }
    engine.finish();
}

#[test]
fn promtool_finds_nothing_to_complain_about_in_a_governed_engine() {
    let engine = Process::start(&["--rate", "10"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    // Until the governor has ticked, its own families have nothing to say.
    let page = loop {
        let page = get(metrics, "/metrics").body;
        if page.contains("\nwf_governor_setpoint{") {
            break page;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    check_with_promtool(&page);
    engine.finish();
}
