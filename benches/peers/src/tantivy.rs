//! Search through tantivy, one document for each name, folded words indexed with frequencies, code and name stored.

use medterm::{CodeSystem, SearchOptions, Searcher, text};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, Searcher as Reader, Term, doc};

use crate::sqlite::system_size;
use crate::{Result, print_times, shuffled, support};

/// Words with fewer letters are not repaired, on either side.
const LEAST_REPAIRED: usize = 4;

pub(crate) fn compare() -> Result<()> {
    for list in [support::circular_06(), support::icd10cm()].into_iter().flatten() {
        let system = CodeSystem::from_bytes(medterm::index::to_bytes(&list.draft, &list.report)?)?;
        let names: Vec<(String, String)> = system
            .concepts()
            .map(|concept| Ok((concept.code()?, concept.designations()?)))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flat_map(|(code, terms)| terms.into_iter().map(move |term| (code.clone(), term.text)))
            .collect();
        let folder = tempfile::tempdir()?;
        let peer = Peer::build(folder.path(), &names)?;
        let peer_size = std::fs::read_dir(folder.path())?
            .map(|entry| Ok(entry?.metadata()?.len()))
            .sum::<std::io::Result<u64>>()?;
        let size = system_size(&system);
        println!("\nsearch, {}, {} names", list.name, names.len());
        println!(
            "  size: medterm, all sections {size}, tantivy {peer_size}, ratio {:.2}",
            size as f64 / peer_size as f64
        );

        let exact = questions(&names);
        let mixed: Vec<String> = exact
            .iter()
            .enumerate()
            .map(|(at, query)| if at % 2 == 0 { query.clone() } else { misspelt(query) })
            .collect();
        let (mut searcher, options) = (Searcher::new(), SearchOptions::new().limit(10));
        for (name, questions, repair) in [("no typo, tantivy exact", &exact, false), ("half with a typo, typos and beginnings allowed", &mixed, true)]
        {
            println!("  {name}, {} queries", questions.len());
            print_times("  medterm", questions, |query| {
                std::hint::black_box(searcher.search(&system, query, &options)?);
                Ok(())
            })?;
            print_times("  tantivy", questions, |query| {
                std::hint::black_box(peer.search(query, repair)?);
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Beginnings of names, of two to five words, folded, the last word cut as in typing.
fn questions(names: &[(String, String)]) -> Vec<String> {
    let chosen = shuffled(names.iter().map(|(_, name)| name).collect()).into_iter().take(1000).enumerate();
    chosen
        .map(|(at, name)| text::fold(name).split_whitespace().take(2 + at % 4).collect::<Vec<_>>().join(" "))
        .collect()
}

/// The query without the third letter of its longest word.
fn misspelt(query: &str) -> String {
    let longest = query.split(' ').map(str::len).max().unwrap_or(0);
    let mut done = false;
    let words = query.split(' ').map(|word| {
        let spoil = !done && word.len() == longest && longest > LEAST_REPAIRED && word.is_ascii();
        done |= spoil;
        if spoil { format!("{}{}", &word[..2], &word[3..]) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

struct Peer {
    reader: Reader,
    code: Field,
    folded: Field,
}

impl Peer {
    fn build(folder: &std::path::Path, names: &[(String, String)]) -> Result<Self> {
        let mut schema = Schema::builder();
        let code = schema.add_text_field("code", STRING | STORED);
        let name = schema.add_text_field("name", TextOptions::default().set_stored());
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let folded = schema.add_text_field("folded", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_dir(folder, schema.build())?;
        let mut writer = index.writer_with_num_threads(1, 100_000_000)?;
        for (own_code, text) in names {
            writer.add_document(doc!(code => own_code.as_str(), name => text.as_str(), folded => text::fold(text)))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Self { reader: index.reader()?.searcher(), code, folded })
    }

    /// The codes of the ten best names that have every word.
    fn search(&self, query: &str, repair: bool) -> Result<Vec<String>> {
        let words = query.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        let clauses = words.iter().enumerate().map(|(at, word)| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.folded, word);
            let edits = u8::from(word.chars().count() >= LEAST_REPAIRED);
            let query: Box<dyn Query> = match repair {
                true if at + 1 == words.len() => Box::new(FuzzyTermQuery::new_prefix(term, edits, true)),
                true if edits > 0 => Box::new(FuzzyTermQuery::new(term, edits, true)),
                _ => Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)),
            };
            (Occur::Must, query)
        });
        let query = BooleanQuery::new(clauses.collect());
        let mut codes = Vec::new();
        for (_, address) in self.reader.search(&query, &TopDocs::with_limit(10))? {
            let document: tantivy::TantivyDocument = self.reader.doc(address)?;
            let code = document
                .get_first(self.code)
                .and_then(|value| tantivy::schema::Value::as_str(&value).map(str::to_owned));
            codes.extend(code);
        }
        Ok(codes)
    }
}
