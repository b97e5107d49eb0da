//! Help and usage.

use super::run;

#[test]
fn every_command_teaches_with_examples() {
    for command in ["k2", "earth-moon", "map"] {
        let help = run(&format!("{command} --help"));
        assert_eq!(help.code, 0);
        let example = format!("lava-tides {command}");
        assert!(help.out.contains("Examples:") && help.out.contains(&example), "{}", help.out);
        assert!(run("--help").out.contains(&example));
    }
}

#[test]
fn wrong_arguments_exit_with_2() {
    for line in ["", "fly", "earth-moon", "k2 --mass heavy", "map --shard 3/2 --out x", "map --shard 1/2"] {
        let run = run(line);
        assert_eq!(run.code, 2, "{line}: {}", run.err);
        assert!(!run.err.is_empty() && run.out.is_empty(), "{line}");
    }
}
