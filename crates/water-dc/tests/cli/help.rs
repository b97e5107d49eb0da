//! Help and usage.

use super::{run, words};

#[test]
fn every_command_teaches_with_examples() {
    for command in ["country", "site", "request", "schedule", "map"] {
        let help = run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        let example = format!("water-dc {command}");
        assert!(help.out.contains("Examples:") && help.out.contains(&example), "{}", help.out);
        assert!(run(&["--help"]).out.contains(&example));
    }
    assert!(run(&["--version"]).out.starts_with("water-dc "));
}

#[test]
fn wrong_arguments_exit_with_2() {
    for line in ["", "fly", "map onsite", "schedule", "country ET --pue-range 2:1", "request --tokens -3"] {
        let run = run(&words(line));
        assert_eq!(run.code, 2, "{line}: {}", run.err);
        assert!(!run.err.is_empty() && run.out.is_empty(), "{line}");
    }
    let run = run(&words("country ET --weather x.csv"));
    assert_eq!((run.code, run.err.as_str()), (2, "error: --weather needs --profile hourly\n"));
}
