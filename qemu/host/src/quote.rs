// SPDX-License-Identifier: GPL-2.0

//! Commands for the guest's shell.

/// Quotes a text so that the shell takes it as one word.
pub fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The command that writes a text and a newline, as `echo` does.
pub fn echo(text: &str) -> String {
    // `echo` would take a text such as `-n` for an option of its own.
    match text.starts_with('-') {
        true => format!("printf '%s\\n' {}", word(text)),
        false => format!("echo {}", word(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_shell_takes_it_as_it_is() {
        for text in ["CQ DE MORSE", "it's", "$HOME `id` \"x\" \\ *", "-n", ""] {
            let output = Command::new("sh")
                .args(["-c", &echo(text)])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{text}\n"));
        }
    }
}
