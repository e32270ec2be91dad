//! Running other programs.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, IsTerminal, PipeReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

/// The cargo that runs us, with the words of a line as arguments.
pub(crate) fn cargo(line: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(line.split_whitespace());
    command
}

/// Prints what it runs, and runs it to its end with our own output.
///
/// # Errors
/// When it cannot start or does not succeed.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    println!("$ {}", shown(command));
    success(
        command
            .status()
            .map_err(|error| cannot_start(command, &error))?,
    )
}

/// As [`run`], and shows `each` line of the output, both streams in the order written.
///
/// # Errors
/// When it cannot start or does not succeed.
pub(crate) fn watch(mut command: Command, mut each: impl FnMut(&str)) -> Result<(), String> {
    println!("$ {}", shown(&command));
    if io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let (reader, mut child) = spawn_piped(command)?;
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .map_err(|error| error.to_string())?
        > 0
    {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        each(text.trim_end());
        line.clear();
    }
    success(child.wait().map_err(|error| error.to_string())?)
}

/// Takes the command, because it holds our ends of the pipe: while they are open, reading never
/// ends.
fn spawn_piped(mut command: Command) -> Result<(PipeReader, Child), String> {
    let (reader, writer) = io::pipe().map_err(|error| error.to_string())?;
    let second = writer.try_clone().map_err(|error| error.to_string())?;
    command.stdout(writer).stderr(second);
    let child = command
        .spawn()
        .map_err(|error| cannot_start(&command, &error))?;
    Ok((reader, child))
}

/// Returns the standard output of a program.
///
/// # Errors
/// When it cannot start or does not succeed; the message has its standard error.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| cannot_start(command, &error))?;
    success(output.status).map_err(|status| {
        format!(
            "{}: {status}\n{}",
            shown(command),
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The program of this name on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The command line to type, with the variables that it sets.
fn shown(command: &Command) -> String {
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}='{}'", name.display(), value?.display())));
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = std::iter::once(program)
        .chain(command.get_args())
        .map(quoted);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.display().to_string();
    if word.contains(' ') {
        format!("'{word}'")
    } else {
        word
    }
}

fn success(status: ExitStatus) -> Result<(), String> {
    if status.success() {
        Ok(())
    } else {
        Err(status.to_string())
    }
}

fn cannot_start(command: &Command, error: &io::Error) -> String {
    format!(
        "cannot start `{}`: {error}",
        command.get_program().display()
    )
}
