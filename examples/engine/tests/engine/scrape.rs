use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::http_client::get;
use crate::process::Process;
use crate::prometheus::{Prometheus, check_with_promtool, tool};

#[test]
fn a_real_prometheus_scrapes_rising_counts_and_governor_set_points() {
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
fn promtool_accepts_the_page_of_a_governed_engine() {
    let engine = Process::start(&["--rate", "10"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    check_with_promtool(&governed_page(metrics));
    engine.finish();
}

#[test]
fn readings_of_the_engine_are_on_its_page() {
    let engine = Process::start(&["--rate", "10"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let page = governed_page(metrics);
    for series in [
        "process_cpu_seconds_total ",
        "wf_bottleneck{class=\"balanced\"} ",
        "wf_cpu_limit_cores ",
        "wf_hardware_tier{tier=",
        "wf_memory_budget_bytes{part=\"models\"} ",
        "wf_memory_rss_anon_bytes ",
        "wf_runtime_workers 2",
        "wf_sensor_pass_seconds ",
        "wf_sensor_up{sensor=\"gpus\"} ",
        "wf_sensor_up{sensor=\"memory_pressure\"} ",
        "wf_span_duration_seconds_count{outcome=\"ok\",span=\"model_load\"} 1",
        "wf_threads{state=\"runnable\"} ",
        "suggested_batch_size ",
    ] {
        assert!(page.contains(&format!("\n{series}")), "{series} in {page}");
    }
    engine.finish();
}

/// Waits until the governor has ticked and the sensors were read.
fn governed_page(metrics: SocketAddr) -> String {
    let begun = Instant::now();
    loop {
        let page = get(metrics, "/metrics").body;
        let series = ["\nwf_governor_setpoint{", "\nsuggested_batch_size "];
        if series.iter().all(|series| page.contains(series)) {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{page}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
