//! The exporter as an application uses it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use wf_exporter::{Exporter, Family, StartError};
use wf_instrument::{Unit, registry};

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

fn scrape(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[test]
fn recorded_and_collected_families_are_on_one_page() {
    let exporter = Exporter::builder()
        .address(ANY_PORT)
        .collector(|families| {
            families.add(Family::gauge("setpoint", "Set.").sample(&[("knob", "threads")], 8.0))
        })
        .start()
        .unwrap();
    let page = scrape(exporter.local_addr());
    assert!(
        page.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{page}"
    );
    assert!(page.contains("\nsetpoint{knob=\"threads\"} 8\n"), "{page}");
    assert!(page.contains("\nwf_events_dropped_total 0\n"), "{page}");
}

#[test]
fn a_panic_in_a_collector_is_counted_and_the_page_is_served() {
    let exporter = Exporter::builder()
        .address(ANY_PORT)
        .collector(|_| panic!("a collector's bug"))
        .start()
        .unwrap();
    for n in 1..3 {
        let page = scrape(exporter.local_addr());
        assert!(
            page.contains(&format!("\nwf_collector_panics_total {n}\n")),
            "{page}"
        );
    }
}

#[test]
fn a_port_in_use_is_an_error_that_names_it_and_the_way_out() {
    let other = TcpListener::bind(SocketAddr::from(ANY_PORT)).unwrap();
    let address = other.local_addr().unwrap();
    let error = Exporter::builder().address(address).start().unwrap_err();
    assert!(matches!(error, StartError::Bind { .. }));
    let message = error.to_string();
    let cause = error.source().unwrap().to_string();
    assert!(!message.contains(&cause), "a chain repeats it: {message}");
    assert!(
        message.contains(&address.to_string()) && message.contains("choose another port"),
        "{message}"
    );
}

#[test]
fn localhost_with_a_port_is_an_address() {
    for address in ["localhost:0", "127.0.0.1:0"] {
        let exporter = Exporter::builder().address(address).start().unwrap();
        assert!(exporter.local_addr().ip().is_loopback());
        assert!(scrape(exporter.local_addr()).contains("wf_build_info"));
    }
    for address in ["localhost", "here", "no-such-name.invalid:0"] {
        let error = Exporter::builder().address(address).start().unwrap_err();
        assert!(matches!(error, StartError::Resolve { .. }), "{error}");
        assert!(error.to_string().contains(address), "{error}");
        let cause = error.source().unwrap().to_string();
        assert!(!error.to_string().contains(&cause), "{error}");
    }
    let error = Exporter::builder().address("localhost").start();
    let message = error.unwrap_err().to_string();
    assert_eq!(
        message,
        "localhost has no port; give one, as in localhost:9464"
    );
}

/// The response to a request for the host `host`.
fn request(exporter: &Exporter, host: &str) -> String {
    let mut stream = TcpStream::connect(exporter.local_addr()).unwrap();
    let head = format!("GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn a_request_for_an_allowed_name_is_accepted() {
    let builder = || Exporter::builder().address(ANY_PORT);
    let strict = builder().start().unwrap();
    assert!(request(&strict, "metrics.example").starts_with("HTTP/1.1 421 "));
    let allowing = builder().allow_host("metrics.example").start().unwrap();
    assert!(request(&allowing, "metrics.example").starts_with("HTTP/1.1 200 "));
}

/// To the exporter `127.1` is a name; Unix resolvers map it to the loopback address.
#[cfg(unix)]
#[test]
fn a_request_for_the_name_in_the_address_is_accepted() {
    let exporter = Exporter::builder().address("127.1:0").start().unwrap();
    let port = exporter.local_addr().port();
    assert!(request(&exporter, &format!("127.1:{port}")).starts_with("HTTP/1.1 200 "));
    assert!(request(&exporter, "evil.example").starts_with("HTTP/1.1 421 "));
}

#[test]
fn an_allowed_host_that_no_request_can_name_is_refused_at_start() {
    for name in ["", "x:80", "http://y", "*.w.example"] {
        let builder = Exporter::builder().address(ANY_PORT).allow_host(name);
        let error = builder.start().unwrap_err();
        assert!(matches!(error, StartError::HostName(_)), "{error}");
        assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
    }
}

#[test]
fn an_address_beyond_loopback_is_refused() {
    for address in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:9464",
        "[::ffff:127.0.0.1]:0",
    ] {
        let address: SocketAddr = address.parse().unwrap();
        let error = Exporter::builder().address(address).start().unwrap_err();
        assert!(matches!(error, StartError::NotLoopback { .. }), "{error}");
        assert!(error.to_string().contains("use 127.0.0.1"), "{error}");
    }
}

#[test]
fn a_stopped_exporter_frees_its_port() {
    let first = Exporter::builder().address(ANY_PORT).start().unwrap();
    let address = first.local_addr();
    scrape(address);
    first.stop();
    assert!(TcpStream::connect(address).is_err());
    let second = Exporter::builder().address(address).start().unwrap();
    assert!(scrape(second.local_addr()).contains("wf_build_info"));
}

#[tokio::test]
async fn an_exporter_starts_and_stops_inside_another_runtime() {
    let exporter = Exporter::builder().address(ANY_PORT).start().unwrap();
    let address = exporter.local_addr();
    let page = tokio::task::spawn_blocking(move || scrape(address))
        .await
        .unwrap();
    assert!(page.contains("wf_build_info"), "{page}");
    drop(exporter);
}

#[test]
fn recorded_metrics_are_served() {
    let help = "Read from the model store.";
    let counter = registry::counter("bytes_read", help, &[("disk", "a")]).unwrap();
    let loads = registry::histogram("load_seconds", "Loading a model.", Unit::Nanos, &[]).unwrap();
    let exporter = Exporter::builder().address(ANY_PORT).start().unwrap();
    let before = scrape(exporter.local_addr());
    assert!(
        before.contains("\nbytes_read_total{disk=\"a\"} 0\n"),
        "{before}"
    );
    counter.add(4_096);
    loads.record(1_900_000_000);
    let after = scrape(exporter.local_addr());
    for line in [
        "# HELP bytes_read_total Read from the model store.",
        "bytes_read_total{disk=\"a\"} 4096",
        "load_seconds_bucket{le=\"1.0\"} 0",
        "load_seconds_bucket{le=\"2.0\"} 1",
        "load_seconds_sum 1.9",
    ] {
        assert!(after.contains(&format!("\n{line}\n")), "{line} in {after}");
    }
}

#[test]
fn a_collector_may_drop_its_own_exporter() {
    let slot: Arc<Mutex<Option<Exporter>>> = Arc::default();
    let own = Arc::clone(&slot);
    let exporter = Exporter::builder()
        .address(ANY_PORT)
        .collector(move |_| {
            drop(own.lock().unwrap().take());
            Ok(())
        })
        .start()
        .unwrap();
    let address = exporter.local_addr();
    *slot.lock().unwrap() = Some(exporter);
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    let _read_or_cut_off = stream.read_to_end(&mut Vec::new());
    assert!(slot.lock().unwrap().is_none());
    let begin = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "the port is still open"
        );
        thread::sleep(Duration::from_millis(1));
    }
}
