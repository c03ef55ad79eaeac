//! What might stand for a code that is gone: suggestions for a person, from what the later edition says.
//!
//! A classification divides a heading into codes that exclude one another, so two names under one heading that
//! merely look alike usually mean *different* things. What counts is whether a code of the later edition says
//! what set the former code apart under its heading, in its name or in the inclusion terms that its publisher
//! gives it; if none does, the heading's residual codes ("other", "unspecified") remain. Names that contradict
//! each other (acute and chronic, with and without) are never suggested for one another.

use super::names::{Names, Words, canonical};
use super::phrases::{Kind, Phrases, RESIDUAL_WORDS, Stance};
use crate::concept::Concept;
use crate::source::{DesignationUse, PropertyValue, Usability};
use crate::system::CodeSystem;
use crate::text::Analyzer;
use crate::{ConceptId, Result};

/// The most codes that are suggested, their heading aside.
const MOST_SUGGESTIONS: usize = 5;
/// A code must say this much of what sets the former code apart.
const SAYS_IT: f32 = 0.6;
/// A suggestion must come this near to the best one.
const NEAR_BEST: f32 = 0.85;
/// A name under another heading must be this much alike.
const ALIKE_ELSEWHERE: f32 = 0.35;
/// The property in which readers keep inclusion terms that are no designations, one on a line.
const INCLUSION_NOTE: &str = "inclusion-note";

/// Compares a name of the former edition with the names and inclusion terms of the later one.
pub(super) struct Suggester<'n> {
    /// The names of the later edition, by concept.
    names: &'n Names,
    english: &'n Names,
    phrases: Phrases,
    /// The words of residual names.
    residual_words: Words,
    analyzer: Analyzer,
}

/// What a concept is called, in the edition's own language and in English.
struct Name {
    own: Words,
    english: Words,
    stance: Stance,
    kind: Option<Kind>,
}

impl<'n> Suggester<'n> {
    pub(super) fn new(names: &'n Names, english: &'n Names) -> Self {
        let mut analyzer = Analyzer::new();
        let phrases = Phrases::new(&mut analyzer);
        let residual_words = names.read(&mut analyzer, RESIDUAL_WORDS);
        Self { names, english, phrases, residual_words, analyzer }
    }

    /// Codes of the later edition that may stand for `source`, which is gone: best first, the heading over them
    /// last. `headings` is the nearest heading over it that is still there, in both editions.
    pub(super) fn suggest<'a>(
        &mut self,
        later: &'a CodeSystem,
        source: &Concept<'_>,
        headings: Option<(Concept<'_>, Concept<'a>)>,
    ) -> Result<Vec<Concept<'a>>> {
        let source = self.read(source)?;
        if let Some((former, heading)) = headings {
            return self.under(&source, Some(former), heading);
        }
        let Some(nearest) = self.elsewhere(later, &source)? else { return Ok(Vec::new()) };
        // The heading over what has nearly the same name now takes the place of the one that is gone.
        for heading in std::iter::once(nearest).chain(nearest.ancestors()?) {
            if heading.usability()? == Usability::Heading {
                return self.under(&source, None, heading);
            }
        }
        Ok(vec![nearest])
    }

    fn read(&mut self, concept: &Concept<'_>) -> Result<Name> {
        let english = concept.display_in("en")?.unwrap_or_default();
        let english = self.english.read(&mut self.analyzer, &english);
        let text = concept.display()?;
        let canonical = canonical(&mut self.analyzer, &text);
        Ok(Name {
            own: self.names.read(&mut self.analyzer, &text),
            english,
            stance: self.phrases.stance(&canonical),
            kind: self.phrases.kind(&canonical),
        })
    }

    /// The codes under a heading that say what `source` says, or else the residual ones; then the heading.
    fn under<'a>(
        &mut self,
        source: &Name,
        former_heading: Option<Concept<'_>>,
        heading: Concept<'a>,
    ) -> Result<Vec<Concept<'a>>> {
        // What the heading says already sets none of its codes apart.
        let shared = self.read(&heading)?;
        let mut own = source.own.without(&shared.own);
        let mut own_english = source.english.without(&shared.english);
        let mut stance = source.stance.under(shared.stance);
        if let Some(former) = former_heading {
            let shared = self.read(&former)?;
            own = own.without(&shared.own);
            own_english = own_english.without(&shared.english);
            stance = stance.under(shared.stance);
        }
        let wanted = source.kind.filter(|_| self.is_residual(&own));
        let mut specific = Vec::new();
        let mut residual = Vec::new();
        for concept in heading.descendants()? {
            let concept = concept?;
            let name = self.read(&concept)?;
            if let Some(kind) = name.kind.filter(|_| self.is_residual(&name.own.without(&shared.own))) {
                residual.push((concept, kind));
                continue;
            }
            if wanted.is_some() || name.stance.under(shared.stance).contradicts(stance) {
                continue;
            }
            let mut said = (self.english.share_of(&own_english, &name.english), 0.0);
            for term in self.terms(&concept)? {
                let stance_of_term = self.phrases.stance(&canonical(&mut self.analyzer, &term));
                if !stance_of_term.under(shared.stance).contradicts(stance) {
                    let term = self.names.read(&mut self.analyzer, &term);
                    let here = (self.names.share_of(&own, &term), self.names.similarity(&source.own, &term));
                    said = if here > said { here } else { said };
                }
            }
            if said.0 >= SAYS_IT {
                // Of those that say it, the one that says little else is best.
                specific.push((concept, said.0 + said.1));
            }
        }
        let mut suggestions = best(specific);
        suggestions.truncate(MOST_SUGGESTIONS);
        if suggestions.is_empty() {
            // "Other" takes what has no code of its own; what was unspecified stays so.
            let wanted = wanted.unwrap_or(Kind::Other);
            let any = !residual.iter().any(|(_, kind)| kind.serves(wanted));
            suggestions
                .extend(residual.into_iter().filter(|(_, kind)| any || kind.serves(wanted)).map(|(code, _)| code));
            suggestions.truncate(MOST_SUGGESTIONS);
        }
        suggestions.push(heading);
        Ok(suggestions)
    }

    fn is_residual(&self, words: &Words) -> bool {
        words.without(&self.residual_words).is_empty()
    }

    /// The concept anywhere whose name is most like `source`'s, if any is much like it. A name that is as much
    /// like many others is a formula, and like none.
    fn elsewhere<'a>(&mut self, later: &'a CodeSystem, source: &Name) -> Result<Option<Concept<'a>>> {
        const MANY: usize = 4 * MOST_SUGGESTIONS;
        let mut alike = self.names.closest(&source.own, MANY);
        alike.extend(self.english.closest(&source.english, MANY));
        let mut found = Vec::new();
        for (concept, similarity) in alike.into_iter().filter(|(_, similarity)| *similarity >= ALIKE_ELSEWHERE) {
            if let Some(concept) = later.concept(ConceptId::new(concept))
                && !self.read(&concept)?.stance.contradicts(source.stance)
            {
                found.push((concept, similarity));
            }
        }
        let found = best(found);
        Ok(found.first().copied().filter(|_| found.len() <= MOST_SUGGESTIONS))
    }

    /// The name of a concept, its synonyms, and its inclusion terms.
    fn terms(&self, concept: &Concept<'_>) -> Result<Vec<String>> {
        let mut terms = vec![concept.display()?];
        let language = &concept.system().identity().language;
        for r#use in [DesignationUse::Synonym, DesignationUse::Inclusion] {
            let further = concept.designations_of(&r#use)?.into_iter();
            terms.extend(further.filter(|term| term.language == *language).map(|term| term.text));
        }
        for note in concept.property(INCLUSION_NOTE)? {
            if let PropertyValue::Text(note) = note {
                terms.extend(note.lines().map(str::to_owned));
            }
        }
        Ok(terms)
    }
}

/// Those that come near to the best, best first, each once.
fn best<T: Copy + PartialEq>(mut scored: Vec<(T, f32)>) -> Vec<T> {
    // Stable: ties stay in the order in which they were found.
    scored.sort_by(|a, b| b.1.total_cmp(&a.1));
    let best = scored.first().map_or(0.0, |(_, score)| *score);
    let mut near = Vec::new();
    for (item, score) in scored {
        if score >= best * NEAR_BEST && !near.contains(&item) {
            near.push(item);
        }
    }
    near
}
