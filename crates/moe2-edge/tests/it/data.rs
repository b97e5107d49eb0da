//! Tables of scores and their readers: what is read, and how bad files are refused.

use common::assert_close;
use moe2_edge::Error;
use moe2_edge::data::{
    At, DataFault, MAX_RECORD_BYTES, RoutingData, Row, Split, read_csv, read_json, read_log,
};
use std::path::PathBuf;

/// A folder with one file of this content.
fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scores");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn fault<T: std::fmt::Debug>(result: Result<T, Error>) -> (At, DataFault) {
    match result {
        Err(Error::Data { at, fault, .. }) => (at, fault),
        other => panic!("a fault of data is expected, got {other:?}"),
    }
}

fn csv(content: impl AsRef<[u8]>) -> Result<RoutingData, Error> {
    let (_folder, path) = file(content);
    read_csv(path)
}

fn json(content: impl AsRef<[u8]>) -> Result<RoutingData, Error> {
    let (_folder, path) = file(content);
    read_json(path, Split::Test)
}

#[test]
fn csv_with_quoted_line_breaks() {
    let data = csv(
        "\u{feff}prompt,category,split,org/a,b\n\"one, \"\"two\"\"\nthree\",mmlu,test,True,0.25\nfour,code,train,false,1\n",
    );
    let data = data.unwrap();
    assert_eq!(data.models(), ["org/a", "b"]);
    assert_eq!(data.prompts(), ["one, \"two\"\nthree", "four"]);
    assert_eq!(data.task_names(), ["code", "mmlu"]);
    assert_eq!(data.tasks(), [1, 0]);
    assert_eq!(data.splits(), [Split::Test, Split::Train]);
    assert_eq!(data.scores(), [1.0, 0.25, 0.0, 1.0]);
    assert_eq!(data.with_task("all").task_names(), ["all"]);
}

#[test]
fn bad_csv_is_refused_with_its_line() {
    let line = |content: &str| fault(csv(content));
    assert!(
        matches!(line("prompt,a\nx,NaN\n"), (At::Line(2), DataFault::Score { value, .. }) if value.is_nan())
    );
    let (at, score) = line("prompt,a,b\n\"x\ny\",0,1\nz,0,1.5\n");
    assert_eq!(at, At::Line(4));
    assert_eq!(score.to_string(), "score of \"b\" must lie in [0, 1], got 1.5");
    assert!(matches!(line("prompt,a\nx,yes\n"), (At::Line(2), DataFault::NotANumber { .. })));
    assert!(matches!(line("prompt,a\nx,\n"), (At::Line(2), DataFault::Missing { .. })));
    assert!(matches!(
        line("prompt,a\nx,1\ny,1,0\n"),
        (At::Line(3), DataFault::Ragged { expected: 2, got: 3 })
    ));
    assert!(matches!(line("prompt,a\nx\n"), (At::Line(2), DataFault::Ragged { expected: 2, got: 1 })));
    assert!(
        matches!(line("prompt,a,a\nx,1,0\n"), (At::Line(1), DataFault::Duplicate { name }) if name == "a")
    );
    assert!(matches!(line("text,a\nx,1\n"), (At::Line(1), DataFault::MissingColumn { column: "prompt" })));
    assert!(matches!(line("prompt,category\nx,1\n"), (At::Line(1), DataFault::NoModels)));
    assert!(matches!(line("prompt,a\n"), (At::File, DataFault::Empty)));
    assert!(matches!(line("prompt,split,a\nx,dev,1\n"), (At::Line(2), DataFault::Split(_))));
    assert!(matches!(line(""), (_, DataFault::MissingColumn { .. })));
    assert!(matches!(fault(csv(b"prompt,a\nx\xff\xfe,1\n")), (At::Line(2), DataFault::Utf8 { offset: 1 })));
    let many: Vec<String> = (0..129).map(|i| format!("m{i}")).collect();
    let many = line(&format!("prompt,{}\n", many.join(",")));
    assert!(matches!(many, (_, DataFault::TooManyModels(129))));
    assert!(matches!(fault(read_csv("no/such/file")), (At::File, DataFault::Io(_))));
    let text = csv("prompt,a\nx,2\n").unwrap_err().to_string();
    assert!(text.ends_with("scores, line 2: score of \"a\" must lie in [0, 1], got 2"), "{text}");
}

/// A line without end, and a quotation that is never closed, end at the limit.
#[test]
fn a_huge_record_is_refused() {
    let huge = "x".repeat(2 * MAX_RECORD_BYTES);
    let long = fault(csv(format!("prompt,a\n{huge},1\n")));
    assert!(matches!(long, (At::Line(2), DataFault::RecordTooLong { .. })), "{long:?}");
    let lines = "y\n".repeat(MAX_RECORD_BYTES);
    let open = fault(csv(format!("prompt,a\nx,1\n\"{lines}")));
    assert!(matches!(open, (At::Line(3), DataFault::RecordTooLong { .. })), "{open:?}");
    let (_folder, path) = file(format!("{{\"prompt\": \"{huge}\"}}\n"));
    assert!(matches!(fault(read_log(path)), (At::Line(1), DataFault::RecordTooLong { .. })));
    // Many short records are no long one.
    let rows = "x,1\n".repeat(MAX_RECORD_BYTES / 2);
    assert_eq!(csv(format!("prompt,a\n{rows}")).unwrap().len(), MAX_RECORD_BYTES / 2);
}

#[test]
fn json_tables() {
    let data = json(
        r#"[{"question": "q1", "scores": {"b": 1, "a": 0.5}, "cluster_id": 2},
                        {"question": "q2", "task": "math", "scores": {"a": true, "b": 0}}]"#,
    );
    let data = data.unwrap();
    assert_eq!(data.models(), ["a", "b"]);
    assert_eq!(data.scores(), [0.5, 1.0, 1.0, 0.0]);
    assert_eq!(data.splits(), [Split::Test; 2]);
    assert_eq!(data.task_names(), ["", "math"]);
}

#[test]
fn bad_json_is_refused() {
    let first = r#"[{"question": "q1", "scores": {"a": 1, "b": 0}}"#;
    let then = |rest: &str| fault(json(format!("{first},\n{rest}]")));
    assert!(
        matches!(then(r#"{"question": "q", "scores": {"a": 1}}"#), (At::Record(2), DataFault::OtherModels { model }) if model == "b")
    );
    assert!(
        matches!(then(r#"{"question": "q", "scores": {"a": 1, "b": 0, "c": 0}}"#), (At::Record(2), DataFault::OtherModels { model }) if model == "c")
    );
    assert!(matches!(
        then(r#"{"question": "q", "scores": {"a": 1, "b": -0.5}}"#),
        (At::Record(2), DataFault::Score { value: -0.5, .. })
    ));
    let (at, twice) = then(r#"{"question": "q", "scores": {"a": 1, "a": 0}}"#);
    assert_eq!(at, At::Line(2));
    assert!(twice.to_string().contains("\"a\" occurs twice"), "{twice}");
    for bad in [
        r#"{"question": "q", "scores": {"a": NaN, "b": 0}}"#,
        r#"{"question": "q", "scores": {"a": null, "b": 0}}"#,
        r#"{"question": "q", "scores": {"a": "1", "b": 0}}"#,
        r#"{"question": 7, "scores": {"a": 1, "b": 0}}"#,
        r#"{"scores": {"a": 1, "b": 0}}"#,
        r#"{"question": "q"}"#,
    ] {
        assert!(matches!(then(bad), (At::Line(2), DataFault::Json(_))), "{bad}");
    }
    assert!(matches!(fault(json("[]")), (At::File, DataFault::Empty)));
    assert!(matches!(
        fault(json(r#"[{"question": "q", "scores": {}}]"#)),
        (At::Record(1), DataFault::NoModels)
    ));
    for length in 1..first.len() {
        assert!(matches!(fault(json(&first[..length])), (At::Line(1), DataFault::Json(_))), "{length}");
    }
    let utf8 = fault(json(b"[\n{\"question\": \"\xff\", \"scores\": {\"a\": 1}}]"));
    assert!(matches!(utf8, (At::Line(2), DataFault::Utf8 { offset: 14 })), "{utf8:?}");
    assert!(matches!(fault(json("[".repeat(100_000))), (At::Line(1), DataFault::Json(_))));
}

#[test]
fn logs_are_joined_by_prompt() {
    let (_folder, path) = file(
        "{\"prompt\": \"p\", \"model\": \"b\", \"score\": 1}\n\n\
         {\"prompt\": \"q\", \"model\": \"a\", \"score\": true}\n\
         {\"prompt\": \"p\", \"category\": \"math\", \"scores\": {\"a\": 0.5, \"b\": 0}}\r\n\
         {\"prompt\": \"p\", \"model\": \"a\", \"score\": 0.0, \"latency_ms\": 12}",
    );
    let log = read_log(path).unwrap();
    assert_eq!((log.data.prompts(), log.incomplete), (&["p".to_owned()][..], 1));
    assert_eq!(
        (log.data.models(), log.data.scores()),
        (&["a".to_owned(), "b".to_owned()][..], &[0.25, 0.5][..])
    );
    let bad = |content: &[u8]| {
        let (_folder, path) = file(content);
        fault(read_log(path))
    };
    let good = "{\"prompt\": \"p\", \"model\": \"b\", \"score\": 1}\n";
    let second = |line: &str| bad(format!("{good}{line}").as_bytes());
    assert!(
        matches!(second("{\"prompt\": \"p\", \"model\": \"b\"}"), (At::Line(2), DataFault::Missing { column }) if column == "score")
    );
    assert!(
        matches!(second("{\"prompt\": \"p\", \"score\": 1}"), (At::Line(2), DataFault::Missing { column }) if column == "model")
    );
    assert!(matches!(
        second("{\"prompt\": \"p\", \"model\": \"b\", \"score\": 2}"),
        (At::Line(2), DataFault::Score { .. })
    ));
    assert!(matches!(second("{\"prompt\": \"p\", \"mod"), (At::Line(2), DataFault::Json(_))));
    assert!(matches!(bad(b"{\"prompt\": \"\xc3\x28\"}"), (At::Line(1), DataFault::Utf8 { offset: 12 })));
    assert!(matches!(bad(b"\n\n"), (At::File, DataFault::Empty)));
    let disjoint = second("{\"prompt\": \"q\", \"model\": \"a\", \"score\": 1}");
    assert!(matches!(disjoint, (At::File, DataFault::Empty)));
}

fn row(prompt: &str, split: Split, scores: &[f32]) -> Row {
    Row { prompt: prompt.to_owned(), task: "t".to_owned(), split, scores: scores.to_vec() }
}

#[test]
fn copies_and_leaks() {
    let models = || vec!["a".to_owned(), "b".to_owned()];
    let rows = vec![
        row("x", Split::Train, &[1.0, 0.0]),
        row("y", Split::Test, &[0.0, 1.0]),
        row("x", Split::Test, &[0.5, 0.5]),
        row("x", Split::Train, &[0.0, 0.0]),
    ];
    let data = RoutingData::new(models(), rows).unwrap();
    let once = data.deduplicated();
    assert_eq!(once.prompts(), ["x", "y", "x"]);
    assert_eq!(once.scores(), [0.5, 0.0, 0.0, 1.0, 0.5, 0.5]);
    let (marked, leaks) = data.clone().with_leaks_marked();
    assert_eq!(leaks, 1);
    assert_eq!(marked.splits(), [Split::Train, Split::Test, Split::TestSeen, Split::Train]);
    assert_eq!(marked.split(Split::Test).unwrap().prompts(), ["y"]);
    assert!(data.split(Split::TestSeen).is_err());
    // Tables in another order of models are put in order.
    let other =
        RoutingData::new(vec!["b".into(), "a".into()], vec![row("z", Split::Train, &[0.9, 0.1])]).unwrap();
    assert_eq!(RoutingData::concat(&[data.clone(), other]).unwrap().scores()[8..], [0.1, 0.9]);
    let stranger = RoutingData::new(vec!["c".into(), "a".into()], vec![row("z", Split::Train, &[0.9, 0.1])]);
    let refused = fault(RoutingData::concat(&[data.clone(), stranger.unwrap()]));
    assert!(matches!(refused, (_, DataFault::OtherModels { .. })));
    assert!(matches!(fault(RoutingData::concat(&[])), (_, DataFault::NoModels)));
    assert!(matches!(data.with_scores(vec![0.0]), Err(Error::Dimension { expected: 8, got: 1, .. })));
    assert!(matches!(data.with_scores(vec![f32::NAN; 8]), Err(Error::InvalidValue { .. })));
    let ragged = RoutingData::new(models(), vec![row("x", Split::Train, &[1.0])]);
    assert!(matches!(fault(ragged), (At::Record(1), DataFault::Ragged { expected: 2, got: 1 })));
}

#[test]
fn permutations_keep_what_they_say() {
    let rows =
        (0..200).map(|i| row(&format!("p{i}"), Split::Train, &[(i % 2) as f32, (i % 5) as f32 / 4.0, 1.0]));
    let data = RoutingData::new(vec!["a".into(), "b".into(), "c".into()], rows.collect()).unwrap();
    let permuted = data.with_rows_permuted(4);
    assert_eq!(permuted, data.with_rows_permuted(4));
    assert_ne!(permuted.scores(), data.scores());
    let sorted = |data: &RoutingData| {
        let mut rows: Vec<Vec<u32>> =
            data.score_rows().map(|row| row.iter().map(|score| score.to_bits()).collect()).collect();
        rows.sort();
        rows
    };
    assert_eq!(sorted(&permuted), sorted(&data));
    let within = data.with_experts_permuted(4);
    for (ours, theirs) in within.score_rows().zip(data.score_rows()) {
        assert_close!(f64::from(ours.iter().sum::<f32>()), f64::from(theirs.iter().sum::<f32>()), abs = 1e-6);
    }
    assert!(within.mean_scores()[2] < 0.95);
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use super::*;
    use ::parquet::data_type::{ByteArray, ByteArrayType, FloatType};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    use moe2_edge::data::read_parquet;
    use std::sync::Arc;

    /// A file with a text column and a column of numbers, null where `None`.
    fn written(text: &str, scores: &[Option<f32>]) -> (tempfile::TempDir, PathBuf) {
        let (folder, path) = file("");
        let schema = format!("message m {{ required binary {text} (UTF8); optional float m1; }}");
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let sink = std::fs::File::create(&path).unwrap();
        let mut writer =
            SerializedFileWriter::new(sink, schema, Arc::new(WriterProperties::default())).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let prompts: Vec<ByteArray> =
            (0..scores.len()).map(|i| ByteArray::from(&*format!("p\n{i}"))).collect();
        column.typed::<ByteArrayType>().write_batch(&prompts, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let levels: Vec<i16> = scores.iter().map(|score| i16::from(score.is_some())).collect();
        let values: Vec<f32> = scores.iter().copied().flatten().collect();
        column.typed::<FloatType>().write_batch(&values, Some(&levels), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        (folder, path)
    }

    #[test]
    fn parquet_tables() {
        let (_folder, path) = written("prompt", &[Some(0.5), Some(1.0)]);
        let data = read_parquet(path).unwrap();
        assert_eq!(
            (data.models(), data.prompts()),
            (&["m1".to_owned()][..], &["p\n0".to_owned(), "p\n1".to_owned()][..])
        );
        assert_eq!(data.scores(), [0.5, 1.0]);
        let bad = |text: &str, scores: &[Option<f32>]| {
            let (_folder, path) = written(text, scores);
            fault(read_parquet(path))
        };
        assert!(matches!(bad("prompt", &[Some(0.5), None]), (At::Record(2), DataFault::Missing { .. })));
        assert!(matches!(bad("prompt", &[Some(f32::NAN)]), (At::Record(1), DataFault::Score { .. })));
        assert!(matches!(bad("prompt", &[Some(-1.0)]), (At::Record(1), DataFault::Score { .. })));
        assert!(matches!(bad("text", &[Some(0.5)]), (At::File, DataFault::MissingColumn { .. })));
        assert!(matches!(bad("prompt", &[]), (At::File, DataFault::Empty)));
    }

    /// A cut file is an error; a changed byte is an error or a table, never a panic.
    #[test]
    fn damaged_parquet() {
        let (_folder, path) = written("prompt", &[Some(0.5), Some(1.0), Some(0.25)]);
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(matches!(fault(read_parquet(&path)), (At::File, DataFault::Parquet(_))), "{length}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= [0x01, 0x80, 0xff, 0x10][at % 4];
            std::fs::write(&path, &changed).unwrap();
            match read_parquet(&path) {
                Ok(table) => assert!(table.scores().iter().all(|score| (0.0..=1.0).contains(score))),
                Err(Error::Data { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
}
