//! Completions of shells.

use super::{bash, is_there};
use crate::program::{cmlint, scratch};

#[test]
fn every_shell_gets_a_script_with_all_commands() {
    let help = cmlint(&["--help"]).out;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\nOptions:").unwrap();
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let commands: Vec<&str> =
        commands.lines().filter(is_name).map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let said = cmlint(&["completions", shell]);
        assert_eq!(said.code, 0, "{}", said.all());
        for word in commands.iter().chain(&["not-evaluated", "allow-incomplete"]) {
            assert_eq!(said.out.contains(word), *word != "not-evaluated", "{word} of {shell}");
        }
    }
    assert_eq!(cmlint(&["completions", "tcsh"]).code, 2);
}

#[test]
fn bash_completes_commands_options_and_values() {
    if !is_there("bash", "bash_completes_commands_options_and_values") {
        return;
    }
    let folder = scratch("bash-completes");
    std::fs::write(folder.join("cmlint.bash"), cmlint(&["completions", "bash"]).out).unwrap();
    let complete = |typed: &str| {
        let words: Vec<&str> = typed.split(' ').collect();
        let last = words.len() - 1;
        let script = format!(
            "source cmlint.bash; COMP_WORDS=({}); COMP_CWORD={last}; COMP_LINE='{typed}'; COMP_POINT=${{#COMP_LINE}}\n\
             {} cmlint '{}' '{}' || true; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            "\"$(complete -p cmlint | sed 's/.*-F \\([^ ]*\\).*/\\1/')\"",
            words[last],
            words[last - 1],
        );
        let said = bash(&script, &folder, &[]);
        assert_eq!(said.code, 0, "{}", said.all());
        said.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete("cmlint base"), ["baseline"]);
    assert_eq!(complete("cmlint baseline cr"), ["create"]);
    assert_eq!(complete("cmlint check --allow"), ["--allow-incomplete"]);
    assert_eq!(complete("cmlint check --group-by h"), ["host"]);
}
