use crate::http_client::exchange;
use crate::process::Process;

#[test]
fn a_rebound_host_name_is_refused_on_both_ports() {
    let engine = Process::start(&["--no-load", "--allow-host", "engine.example"]);
    for address in [Some(engine.serve), engine.metrics].into_iter().flatten() {
        for (host, status) in [
            ("localhost", 404),
            ("127.0.0.1:80", 404),
            ("engine.example", 404),
            ("evil.example", 421),
            ("localhost.evil.example", 421),
            ("a b", 400),
        ] {
            let request = format!("GET /nothing HTTP/1.0\r\nhost: {host}\r\n\r\n");
            let response = exchange(address, &request);
            assert_eq!(response.status, status, "{host}: {}", response.body);
        }
    }
    let request = "GET /v1/models HTTP/1.0\r\nhost: evil.example\r\n\r\n";
    let refused = exchange(engine.serve, request);
    let headers = &refused.headers;
    assert!(headers.contains("x-request-id: "), "{headers}");
    let error = refused.json();
    let message = error["error"]["message"].as_str().expect("OpenAI's form");
    assert!(message.contains("evil.example"), "{message}");
    engine.finish();
}

/// To the engine `127.1` is a name; Unix resolvers map it to the loopback address.
#[cfg(unix)]
#[test]
fn the_name_in_the_address_is_accepted_on_both_ports() {
    let arguments = ["--no-load", "--serve", "127.1:0", "--metrics", "127.1:0"];
    let engine = Process::start_as(&arguments);
    for address in [Some(engine.serve), engine.metrics].into_iter().flatten() {
        let response = exchange(address, "GET /nothing HTTP/1.0\r\nhost: 127.1:80\r\n\r\n");
        assert_eq!(response.status, 404, "{}", response.body);
    }
    engine.finish();
}

#[test]
fn localhost_with_a_port_is_an_address() {
    let arguments = [
        "--no-load",
        "--serve",
        "localhost:0",
        "--metrics",
        "localhost:0",
    ];
    let engine = Process::start_as(&arguments);
    assert!(engine.serve.ip().is_loopback());
    engine.finish();
}
