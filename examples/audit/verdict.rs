//! Which edition the table was made from.

use medterm::source::Usability;
use medterm::{CodeSystem, Result};

use crate::faults::Audit;
use crate::support::grouped;

/// Whether the table is that of the edition, and why one would say so.
pub(crate) struct Verdict {
    /// `current`, `stale`, `mixed` or `undecided`.
    pub(crate) word: &'static str,
    pub(crate) reason: String,
}

impl Verdict {
    pub(crate) fn of(audit: &Audit, edition: &CodeSystem, others: &[&CodeSystem]) -> Result<Self> {
        let mut worst: Option<(Self, usize)> = None;
        for other in others {
            let (former, former_all) = held_only_in(audit, other, edition)?;
            let (here, here_all) = held_only_in(audit, edition, other)?;
            if former_all == 0 && here_all == 0 {
                continue;
            }
            let reason = format!(
                "of {} codes that only {} has, the table has {}; of {} that only {} has, {}",
                grouped(former_all as u64),
                other.edition(),
                grouped(former as u64),
                grouped(here_all as u64),
                edition.edition(),
                grouped(here as u64),
            );
            // Shares, compared without division.
            let (former_share, here_share) = (former * here_all.max(1), here * former_all.max(1));
            let most = |held: usize, all: usize| all > 0 && held * 2 >= all;
            let word = if former == 0 && here == 0 {
                "undecided"
            } else if most(former, former_all) && most(here, here_all) {
                "mixed"
            } else if former_share > here_share {
                "stale"
            } else {
                "current"
            };
            if worst.as_ref().is_none_or(|(_, held)| former > *held) {
                worst = Some((Self { word, reason }, former));
            }
        }
        Ok(worst.map_or_else(
            || Self {
                word: "undecided",
                reason: "no other edition is loaded to compare with; add --index FILE".into(),
            },
            |(verdict, _)| verdict,
        ))
    }
}

/// How many codes that one edition has and another lacks the table holds, and how many there are.
fn held_only_in(audit: &Audit, edition: &CodeSystem, other: &CodeSystem) -> Result<(usize, usize)> {
    let (mut held, mut all) = (0, 0);
    let mut last = String::new();
    for concept in edition.concepts() {
        let code = concept.code()?;
        // Twins are neighbours, and one code.
        if concept.usability()? == Usability::Grouper || code == last {
            continue;
        }
        last.clone_from(&code);
        if other.lookup(&code)?.concept().is_none() {
            all += 1;
            held += usize::from(audit.keys.contains(&code.replace('.', "")));
        }
    }
    Ok((held, all))
}
