use std::env;
use std::io::Write;
use std::process::Command;

use crate::process::Process;

/// Needs `WF_PYTHON`: an interpreter with the packages of `tests/requirements.txt`.
#[test]
fn the_openai_client_lists_models_gets_and_streams_generations_and_parses_an_error() {
    let Some(python) = env::var_os("WF_PYTHON") else {
        let note = "SKIPPED: WF_PYTHON does not name a Python with the packages of examples/engine/tests/requirements.txt";
        // Bypasses the test harness, which captures output.
        writeln!(std::io::stderr(), "{note}").expect("stderr takes a line");
        return;
    };
    let engine = Process::start(&["--no-load"]);
    let client = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/openai_client.py"
        ))
        .arg(format!("http://{}/v1", engine.serve))
        .output()
        .expect("Python runs");
    assert!(
        client.status.success(),
        "{}",
        String::from_utf8_lossy(&client.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&client.stdout).trim(),
        "all understood"
    );
}
