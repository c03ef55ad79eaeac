//! Maps between code systems, compiled into an index of kind *concept map*.

use std::path::Path;
use std::time::Instant;

use medterm::source::delimited::map::MapColumns;
use medterm::source::{self, MapDraft, Report};
use medterm::{ConceptMap, index};
use serde::Serialize;

use crate::support::{self, Arguments, Problem, grouped, say};
use crate::{Finding, check_apart, check_input, print_findings, text_or_file, write_report};

/// The formats of maps.
const FORMATS: [&str; 7] = ["gem", "icd11-map", "rf2-map", "sssom", "ccsr", "qd4440", "delimited-map"];

pub(crate) fn is_map(format: &str) -> bool {
    FORMATS.contains(&format)
}

#[derive(Serialize)]
struct Summary<'a> {
    format: &'a str,
    output: &'a str,
    edition: String,
    source: &'a str,
    target: &'a str,
    bytes: u64,
    rows: u32,
    sources: u32,
    with_target: u32,
    seconds: f64,
    findings: Vec<Finding>,
}

pub(crate) fn compile(arguments: &Arguments, format: &str, inputs: &[String]) -> Result<(), Problem> {
    let started = Instant::now();
    let output = arguments.needed("--output")?;
    let [input] = inputs else {
        return Err(format!("{format} takes one INPUT, {} were given", inputs.len()).into());
    };
    if arguments.all("--former").next().is_some() {
        return Err("--former means nothing to a map; see --help".into());
    }
    check_input(input, output)?;
    let report_file = arguments.one("--report")?;
    if let Some(report) = report_file {
        check_apart(input, report, "--report")?;
        check_apart(output, report, "--report")?;
    }
    let (draft, report) = read(arguments, format, Path::new(input))?;
    if arguments.flag("--strict")
        && let Some(doubt) = report.entries().iter().find(|entry| entry.severity >= source::Severity::Doubtful)
    {
        return Err(format!("reading stopped at the first doubt: {doubt}").into());
    }
    let bytes = index::map_to_file(&draft, &report, output)?;
    let map = ConceptMap::open(output)?;
    map.verify()?;
    if let Some(path) = report_file {
        write_report(path, &report)?;
    }
    let identity = map.identity();
    let summary = Summary {
        format,
        output,
        edition: identity.edition.to_string(),
        source: &map.source().system,
        target: &map.target().system,
        bytes,
        rows: map.len(),
        sources: identity.concepts,
        with_target: identity.listed,
        seconds: started.elapsed().as_secs_f64(),
        findings: report.summary().into_iter().map(Finding::of).collect(),
    };
    if arguments.flag("--json") { support::print_json(&summary) } else { print(&summary, report_file) }
}

fn read(arguments: &Arguments, format: &str, input: &Path) -> Result<(MapDraft, Report), Problem> {
    let version = arguments.one("--version")?;
    Ok(match format {
        "gem" => source::gem::read(input, version)?,
        "icd11-map" => source::icd11_map::read(input, version)?,
        "rf2-map" => source::rf2_map::read(input, arguments.one("--refset")?)?,
        "sssom" => source::sssom::read(input, version)?,
        "ccsr" => source::ccsr::read(input, version)?,
        "qd4440" => source::qd4440::read(input)?,
        _ => {
            let told = arguments.needed("--mapping")?;
            let columns: MapColumns = text_or_file(told)?.parse().map_err(|error| format!("--mapping: {error}"))?;
            source::delimited::map::read(input, &columns)?
        }
    })
}

fn print(summary: &Summary<'_>, report: Option<&str>) -> Result<(), Problem> {
    say!("format     {}", summary.format)?;
    say!("map        {}, from {} to {}", summary.edition, summary.source, summary.target)?;
    say!("rows       {}", grouped(summary.rows.into()))?;
    let (sources, with_target) = (grouped(summary.sources.into()), grouped(summary.with_target.into()));
    say!("translates {sources} codes, of which {with_target} have a target")?;
    print_findings(&summary.findings, report)?;
    say!("written    {}, {} bytes, in {:.1} s", summary.output, grouped(summary.bytes), summary.seconds)?;
    Ok(())
}
