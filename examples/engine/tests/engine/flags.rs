use std::net::TcpListener;
use std::process::Output;

use crate::process::output;

/// Asserts exit code 2, one line on stderr that contains `words`, and no other output.
fn check(refused: &Output, words: &str) {
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.starts_with("error: ") && stderr.contains(words),
        "{stderr}"
    );
    assert!(refused.stdout.is_empty());
}

#[test]
fn a_bad_flag_is_refused_in_one_line() {
    let cases: [(&[&str], &str); 15] = [
        (&["--workers", "17"], "1 to 16"),
        (&["--max-concurrent", "0"], "1 to 64"),
        (&["--rate", "fast"], "--rate"),
        (&["--duration", "5"], "unit"),
        (&["--variant", "big"], "tiny, m15"),
        (&["--model", "/nonexistent"], "/nonexistent"),
        (
            &["--model", "/tmp", "--variant", "m15"],
            "cannot be used with",
        ),
        (&["--serve", "here"], "--serve"),
        (&["--serve", "localhost"], "localhost:9464"),
        (&["--serve", "no-such-name.invalid:0"], "no-such-name"),
        (&["--allow-host", "node-7:8080"], "without scheme, port"),
        (&["--allow-host", "*.engine.example"], "*.engine.example"),
        (&["--report", "/nonexistent/report.json"], "--report"),
        (&["--warm-up", "5s", "--duration", "5s"], "warm-up"),
        (&["--faster"], "--faster"),
    ];
    for (arguments, words) in cases {
        check(&output(arguments), words);
    }
}

#[test]
fn a_broken_checkpoint_is_refused_in_one_line() {
    let folder = std::env::temp_dir().join(format!("wf-engine-broken-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.json"), "{ \"model_type\": ").expect("a file");
    let refused = output(&["--model", folder.to_str().expect("a path")]);
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    check(&refused, "config.json");
}

#[test]
fn a_taken_port_is_refused_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    check(
        &output(&["--serve", &address, "--metrics", "127.0.0.1:0"]),
        &address,
    );
    if cfg!(feature = "enabled") {
        check(
            &output(&["--serve", "127.0.0.1:0", "--metrics", &address]),
            &address,
        );
    }
}

#[test]
fn help_is_no_error() {
    let help = output(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--max-concurrent"));
}

#[test]
fn initial_settings_are_shown_with_what_they_follow_from() {
    let output = output(&["--profile"]);
    if cfg!(not(feature = "enabled")) {
        return check(&output, "does not measure");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    for words in ["cores", "tier", "thread pools", "stay free"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
