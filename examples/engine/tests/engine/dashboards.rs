//! Dashboards for vLLM, with `wf_` instead of `vllm:`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::http_client::get;
use crate::process::Process;
use crate::prometheus::{Prometheus, tool};

/// Queries of vLLM's Grafana dashboards (`grafana.json`, performance, query and Kubernetes
/// statistics), and series that status boards read.
const QUERIES: [&str; 43] = [
    "histogram_quantile(0.99, sum by(le) (rate(vllm:e2e_request_latency_seconds_bucket{model_name=\"$model_name\"}[$__rate_interval])))",
    "rate(vllm:e2e_request_latency_seconds_sum{model_name=\"$model_name\"}[$__rate_interval]) / rate(vllm:e2e_request_latency_seconds_count{model_name=\"$model_name\"}[$__rate_interval])",
    "rate(vllm:prompt_tokens_total{model_name=\"$model_name\"}[$__rate_interval])",
    "rate(vllm:generation_tokens_total{model_name=\"$model_name\"}[$__rate_interval])",
    "histogram_quantile(0.99, sum by(le) (rate(vllm:time_per_output_token_seconds_bucket{model_name=\"$model_name\"}[$__rate_interval])))",
    "rate(vllm:time_per_output_token_seconds_sum{model_name=\"$model_name\"}[$__rate_interval]) / rate(vllm:time_per_output_token_seconds_count{model_name=\"$model_name\"}[$__rate_interval])",
    "histogram_quantile(0.95, sum by(le) (rate(vllm:inter_token_latency_seconds_bucket{model_name=\"$model_name\"}[$__rate_interval])))",
    "vllm:num_requests_running{model_name=\"$model_name\"}",
    "vllm:num_requests_waiting{model_name=\"$model_name\"}",
    "histogram_quantile(0.9, sum by(le) (rate(vllm:time_to_first_token_seconds_bucket{model_name=\"$model_name\"}[$__rate_interval])))",
    "rate(vllm:time_to_first_token_seconds_sum{model_name=\"$model_name\"}[$__rate_interval]) / rate(vllm:time_to_first_token_seconds_count{model_name=\"$model_name\"}[$__rate_interval])",
    "vllm:gpu_cache_usage_perc{model_name=\"$model_name\"}",
    "vllm:kv_cache_usage_perc{model_name=\"$model_name\"}",
    "sum by(le) (increase(vllm:request_prompt_tokens_bucket{model_name=\"$model_name\"}[$__rate_interval]))",
    "sum by(le) (increase(vllm:request_generation_tokens_bucket{model_name=\"$model_name\"}[$__rate_interval]))",
    "sum by(finished_reason) (increase(vllm:request_success_total{model_name=\"$model_name\"}[$__rate_interval]))",
    "rate(vllm:request_queue_time_seconds_sum{model_name=\"$model_name\"}[$__rate_interval])",
    "rate(vllm:request_decode_time_seconds_sum{model_name=\"$model_name\"}[$__rate_interval])",
    "rate(vllm:request_prefill_time_seconds_sum{model_name=\"$model_name\"}[$__rate_interval])",
    "rate(vllm:request_max_num_generation_tokens_sum{model_name=\"$model_name\"}[$__rate_interval])",
    "histogram_quantile(0.50, sum by(le, model_name) (rate(vllm_e2e_request_latency_seconds_bucket{model_name=~\"$Deployment_id\"}[$__rate_interval])))",
    "sum by (model_name) (rate(vllm_request_success_total{model_name=~\"$Deployment_id\"}[$__rate_interval]))",
    "sum(rate(vllm_prompt_tokens_total{model_name=~\"$Deployment_id\"}[$__rate_interval])) / sum(rate(vllm_request_success_total{model_name=~\"$Deployment_id\"}[$__rate_interval]))",
    "sum(rate(vllm_generation_tokens_total{model_name=~\"$Deployment_id\"}[$__rate_interval])) / sum(rate(vllm_request_success_total{model_name=~\"$Deployment_id\"}[$__rate_interval]))",
    "histogram_quantile(0.99, sum by(le) (rate(vllm_request_prefill_time_seconds_bucket[$__range])))",
    "histogram_quantile(0.99, sum by(le) (rate(vllm_request_decode_time_seconds_bucket[$__range])))",
    "sum(increase(vllm_time_to_first_token_seconds_sum[$__range])) / sum(increase(vllm_time_to_first_token_seconds_count[$__range]))",
    "rate(vllm_inter_token_latency_seconds_sum[$__interval]) / rate(vllm_inter_token_latency_seconds_count[$__interval])",
    "histogram_quantile(0.9, sum by(le) (rate(vllm:request_time_per_output_token_seconds_bucket[$__range])))",
    "sum(vllm:engine_sleep_state{sleep_state=\"awake\"})",
    "sum(vllm:engine_sleep_state{sleep_state=\"weights_offloaded\"})",
    "sum(vllm:request_success_total{finished_reason=\"stop\"})",
    "sum(vllm:request_success_total{finished_reason=\"length\"})",
    "sum(vllm:request_success_total{finished_reason=\"abort\"})",
    "sum(vllm:request_success_total{finished_reason=\"error\"})",
    "increase(vllm:num_preemptions_total[$__range])",
    "rate(vllm:prefix_cache_hits_total[$__range]) / rate(vllm:prefix_cache_queries_total[$__range])",
    "vllm:gpu_prefix_cache_hit_rate{model_name=\"$model_name\"}",
    "vllm:spec_decode_num_accepted_tokens_total / vllm:spec_decode_num_draft_tokens_total",
    "histogram_quantile(0.9, sum by(le) (rate(vllm:request_inference_time_seconds_bucket[$__range])))",
    "sum by(le) (increase(vllm:iteration_tokens_total_bucket[$__range]))",
    "vllm:num_requests_swapped{model_name=\"$model_name\"}",
    "vllm:lora_requests_info",
];

/// The families that a query reads, by vLLM's name without its prefix.
fn families(query: &str) -> BTreeSet<&str> {
    let parts = query.split("vllm").skip(1);
    parts
        .map(|part| {
            let part = &part[1..];
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let name = &part[..end.unwrap_or(part.len())];
            ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| name.strip_suffix(suffix))
                .unwrap_or(name)
        })
        .collect()
}

/// Series that the exporter's VLLM.md lists as not applicable.
fn not_applicable() -> BTreeSet<&'static str> {
    let page = include_str!("../../../../wf-exporter/VLLM.md");
    let (_, list) = page.split_once("## Not applicable").expect("a list");
    let rows = list.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| {
        row.split('|')
            .nth(1)
            .into_iter()
            .flat_map(|names| names.split('`'))
    })
    .filter(|name| name.contains('_'))
    .collect()
}

fn applicable() -> impl Iterator<Item = &'static str> {
    let left_out = not_applicable();
    QUERIES
        .into_iter()
        .filter(move |query| families(query).is_disjoint(&left_out))
}

#[test]
fn series_listed_as_not_applicable_are_not_on_the_page() {
    let engine = Process::start(&["--no-load"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let page = get(metrics, "/metrics").body;
    for name in not_applicable() {
        let family = format!("\nwf_{name}");
        let found = ["{", " ", "_bucket"]
            .iter()
            .any(|after| page.contains(&format!("{family}{after}")));
        assert!(!found, "{name} is exported, and listed as not applicable");
    }
}

#[test]
fn every_series_that_a_vllm_dashboard_queries_exists_before_the_first_request() {
    let engine = Process::start(&["--no-load"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let page = get(metrics, "/metrics").body;
    assert!(applicable().count() > 30);
    for name in applicable().flat_map(families) {
        let of_model = page.lines().any(|line| {
            let ours = ["{", "_count{"].map(|end| format!("wf_{name}{end}"));
            ours.iter().any(|ours| line.starts_with(ours.as_str()))
                && line.contains("engine=\"0\"")
                && line.contains("model_name=\"tiny\"")
        });
        assert!(of_model, "{name} of the model is not on the page");
    }
    for reason in ["stop", "length", "abort", "error"] {
        let series = format!(
            "\nwf_request_success_total{{engine=\"0\",finished_reason=\"{reason}\",model_name=\"tiny\"}} 0\n"
        );
        assert!(page.contains(&series), "{series}");
    }
}

#[test]
fn a_real_prometheus_evaluates_the_queries_of_vllm_dashboards() {
    let Some(program) = tool("WF_PROMETHEUS", "prometheus") else {
        return;
    };
    let engine = Process::start(&["--rate", "20"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let prometheus = Prometheus::start(&program, metrics);
    for query in applicable() {
        let query = query.replace("vllm:", "wf_").replace("vllm_", "wf_");
        let query = query
            .replace("$model_name", "tiny")
            .replace("$Deployment_id", ".*");
        let query = ["$__rate_interval", "$__range", "$__interval"]
            .iter()
            .fold(query, |query, interval| query.replace(interval, "30s"));
        prometheus.wait_until(&query, |value| value >= 0.0);
    }
    engine.finish();
}

#[test]
fn increase_includes_the_first_request_and_every_kind_of_move() {
    let engine = Process::start(&["--no-load"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let page = governed(metrics);
    for (direction, reason) in [
        ("up", "head_room"),
        ("down", "over_target"),
        ("up", "operator"),
    ] {
        for knob in ["max_concurrent", "workers"] {
            let series = format!(
                "\nwf_governor_actions_total{{direction=\"{direction}\",knob=\"{knob}\",reason=\"{reason}\"}} "
            );
            assert!(page.contains(&series), "{series} in {page}");
        }
    }
}

/// The page, once the governor's families are on it.
fn governed(metrics: SocketAddr) -> String {
    let begun = Instant::now();
    loop {
        let page = get(metrics, "/metrics").body;
        if page.contains("\nwf_governor_actions_total{") {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{page}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
