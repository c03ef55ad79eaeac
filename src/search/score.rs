//! How well a term answers a query.

use super::candidates::{Candidate, Found};
use super::costs::{cost, points};
use super::forms::Form;
use super::options::MOST_BOOST;
use super::query::{Asked, Word};
use super::vocabulary::{Language, TermReader, TermWord};
use super::{Confidence, Reading, Run};
use crate::Result;
use crate::code::Mark;
use crate::concept::Concept;
use crate::lexicon::{Role, RoleWord, role};
use crate::source::DesignationUse;
use crate::supplement::Layer;
use crate::system::CodeSystem;

/// What a term is worth for its use.
pub(super) fn worth(r#use: &DesignationUse) -> f32 {
    match r#use {
        DesignationUse::Preferred => points::PREFERRED,
        DesignationUse::FormerName => 0.0,
        _ => points::SYNONYM,
    }
}

/// So many concepts are sought at least.
const FEWEST_WANTED: usize = 10;

/// A term that was scored.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub(super) concept: u32,
    /// The file that it is of …
    pub(super) layer: Layer,
    pub(super) term: u32,
    /// … and the language there, by number.
    pub(super) language: u16,
    /// Which way to read the query found it.
    pub(super) variant: usize,
    pub(super) score: f32,
    pub(super) confidence: Confidence,
    /// What the term's words weigh.
    said: f32,
    /// Where its matches stand in [`Scorer::all`].
    matches: (u32, u32),
}

/// The words that a term has beyond those asked for, counted by what they do to its meaning.
#[derive(Debug, Default)]
struct Added {
    /// They bind or turn it.
    qualifiers: usize,
    /// They say that it is one of the others: what has a code of its own is meant rather.
    residuals: usize,
    /// They say that nothing more is known.
    fillers: usize,
    /// Of those, the ones that say so of the cause.
    causes_unknown: usize,
    /// They bind or turn it, in brackets.
    bracketed: usize,
    /// They name an alternative to what was asked for: *bronchus or* before *lung*.
    alternatives: usize,
    /// They say something else.
    content: usize,
    /// Of those, the ones before all that was asked for, so that the term is rather about them.
    leading: usize,
}

/// What is thought of a term.
struct Judgement {
    score: f32,
    confidence: Confidence,
    /// It is what was typed, word for word.
    is_it: bool,
}

/// What speaks for a term, each as a share of 1.
#[derive(Debug)]
pub(super) struct Coverage {
    /// Of what the query's words weigh: how much the term has, less the cost of the readings.
    pub(super) query: f32,
    /// Of what the term's words weigh: how much the query asked for.
    pub(super) term: f32,
    /// Of the query's neighbouring words: how many are neighbours in the term, in the same order.
    pub(super) together: f32,
}

/// The score of a term, its kind of designation aside.
#[inline]
pub(super) fn points_for(coverage: &Coverage) -> f32 {
    points::QUERY_COVERED * coverage.query
        + points::TERM_COVERED * coverage.term * coverage.query
        + points::TOGETHER * coverage.together * coverage.query
}

/// Best first; ties go to the shorter term, then the order of codes.
pub(super) fn rank(scored: &mut [Scored]) {
    scored.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.said.total_cmp(&b.said))
            .then(a.concept.cmp(&b.concept))
            .then((a.layer, a.term).cmp(&(b.layer, b.term)))
    });
}

/// A word of the query and the word of the term that it was read as, both by position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// In the variant.
    pub(super) query: u8,
    pub(super) term: u16,
    pub(super) reading: Reading,
    pub(super) cost: u8,
}

/// What a form of the language is to the query being scored.
#[derive(Clone, Copy, Debug)]
struct Link {
    form: u32,
    query: u8,
    cost: u8,
    reading: Reading,
    /// The next link of the same form, plus one; 0 if there is none.
    next: u16,
}

#[derive(Debug, Default)]
pub(super) struct Scorer {
    /// By form: its first link, plus one; 0 for forms that are nothing to the query.
    by_form: Vec<u16>,
    links: Vec<Link>,
    /// For each word of the query, the best place in the term so far.
    matches: Vec<Match>,
    /// The matches of all scored terms.
    all: Vec<Match>,
    /// The best scores of the query so far, best first, one for each concept.
    best: Vec<(f32, u32)>,
}

impl Scorer {
    /// Forgets the query before.
    pub(super) fn start(&mut self) {
        self.best.clear();
        self.all.clear();
    }

    /// The matches of a scored term, in the order of the query.
    pub(super) fn matches(&self, scored: &Scored) -> &[Match] {
        self.all.get(scored.matches.0 as usize..scored.matches.1 as usize).unwrap_or_default()
    }

    /// Scores the candidates of one language, found by one way to read the query, and appends those that are wanted.
    pub(super) fn score(
        &mut self,
        system: &CodeSystem,
        language: Language<'_>,
        reader: &mut TermReader,
        (variant, asked): (usize, &Asked<'_>),
        candidates: (&Found, &[Candidate]),
        run: &mut Run<'_>,
    ) -> Result<()> {
        self.link(asked, language.words.form_count());
        let penalty = asked.penalty();
        let (found, candidates) = candidates;
        let most_boost = if run.options.boost.is_some() { MOST_BOOST } else { 0.0 };
        let more =
            points::MORE_THAN_PROMISED + found.held_back * (points::QUERY_COVERED + points::TERM_COVERED) + most_boost;
        // A shorter page shall be the beginning of a longer one, also where what terms promise is not exact.
        let limit = run.options.concepts_wanted().max(FEWEST_WANTED);
        for candidate in candidates {
            let bound = candidate.promise + points::TOGETHER * candidate.query + more - penalty;
            if bound < self.least_wanted(limit) {
                continue;
            }
            let term = language.words.first_term.saturating_add(candidate.term);
            let read = reader.read(language, term)?;
            // Each word of the term was looked at.
            match run.work.checked_sub(read.len() as u32 + 1) {
                Some(left) => run.work = left,
                None => {
                    run.complete = false;
                    return Ok(());
                }
            }
            self.align(read, asked);
            if self.matches.is_empty() {
                continue;
            }
            let said = language.words.weight_of(candidate.term);
            let Judgement { mut score, mut confidence, is_it } = self.evaluate(asked, read, said);
            run.has_all |= self.matches.len() == asked.len();
            score += language.worth(candidate.term).unwrap_or_default() - penalty;
            if score + most_boost < self.least_wanted(limit) {
                continue;
            }
            // A supplement may name codes that the system lacks.
            let Some((group, concept)) = system.owner(language.layer, term)? else { continue };
            let concept = Concept::new(system, concept);
            if !run.options.want(&concept)? {
                continue;
            }
            // Only names and their equals of today say just what the code means.
            if !matches!(group.r#use, DesignationUse::Preferred | DesignationUse::Synonym) {
                confidence = confidence.min(Confidence::Likely);
            }
            if concept.mark()? == Mark::Asterisk {
                score -= if is_it { points::ASTERISK_NAMED } else { points::ASTERISK };
            }
            score += run.options.boost.as_ref().map_or(0.0, |boost| boost.of(&concept));
            let concept = concept.id().get();
            self.remember(score, concept, limit);
            let start = self.all.len() as u32;
            self.all.extend_from_slice(&self.matches);
            let matches = (start, self.all.len() as u32);
            run.scored.push(Scored {
                concept,
                layer: language.layer,
                term,
                language: language.number,
                variant,
                score,
                confidence,
                said,
                matches,
            });
        }
        Ok(())
    }

    /// The score that a term must reach to matter: that of the last concept which would be a hit so far.
    fn least_wanted(&self, limit: usize) -> f32 {
        let last = limit.checked_sub(1).and_then(|last| self.best.get(last));
        last.map_or(f32::NEG_INFINITY, |(score, _)| *score)
    }

    fn remember(&mut self, score: f32, concept: u32, limit: usize) {
        let at = self.best.partition_point(|(better, _)| *better >= score);
        if at >= limit || self.best.iter().take(at).any(|(_, known)| *known == concept) {
            return;
        }
        match self.best.iter().position(|(_, known)| *known == concept) {
            Some(worse) => drop(self.best.remove(worse)),
            None => self.best.truncate(limit - 1),
        }
        self.best.insert(at, (score, concept));
    }

    /// Ties the forms of a language to the words of the query that they may be, and looses those tied before.
    fn link(&mut self, asked: &Asked<'_>, forms: u32) {
        for link in self.links.drain(..) {
            self.by_form.get_mut(link.form as usize).into_iter().for_each(|first| *first = 0);
        }
        if self.by_form.len() < forms as usize {
            self.by_form.resize(forms as usize, 0);
        }
        for (query, word) in asked.words().enumerate() {
            for &Form { form, cost, reading } in &word.forms {
                let Some(first) = self.by_form.get_mut(form as usize) else { continue };
                let Ok(number) = u16::try_from(self.links.len() + 1) else { return };
                self.links.push(Link { form, query: query as u8, cost, reading, next: *first });
                *first = number;
            }
        }
    }

    /// Finds for each word of the query the word of the term that it reads best as.
    fn align(&mut self, term: &[TermWord], asked: &Asked<'_>) {
        // All readings, sorted by the word of the query, then by cost.
        self.matches.clear();
        for (at, word) in term.iter().enumerate() {
            let mut next = self.by_form.get(word.form as usize).copied().unwrap_or_default();
            while let Some(link) = usize::from(next).checked_sub(1).and_then(|at| self.links.get(at)) {
                let found = Match { query: link.query, term: at as u16, reading: link.reading, cost: link.cost };
                self.matches.push(found);
                next = link.next;
            }
            if let Some((query, forms)) = asked.begun()
                && forms.contains(&word.form)
            {
                let is_word = asked.get(query).is_some_and(|word| word.known);
                let cost = cost::PREFIX_OF_ONE + if is_word { cost::PREFIX_OF_WORD } else { cost::PREFIX_LETTERS_MOST };
                self.matches.push(Match { query, term: at as u16, reading: Reading::Prefix, cost });
            }
        }
        self.matches.sort_unstable_by_key(|found| (found.query, found.cost, found.term));
        // Each word of the query takes the cheapest place that is free; of equal ones, the one that goes on from
        // the word before.
        let (mut done, mut at) = (0, 0);
        while let Some(&first) = self.matches.get(at) {
            let end = at + self.matches.iter().skip(at).take_while(|found| found.query == first.query).count();
            let (taken, rest) = self.matches.split_at(done.min(self.matches.len()));
            let after_last = taken.last().map_or(0, |last| last.term + 1);
            let mut best: Option<Match> = None;
            for found in rest.iter().skip(at - done).take(end - at) {
                if taken.iter().any(|taken| taken.term == found.term) {
                    continue;
                }
                match best {
                    None => best = Some(*found),
                    Some(cheapest) if found.cost == cheapest.cost && found.term == after_last => best = Some(*found),
                    Some(_) => {}
                }
            }
            if let (Some(best), Some(slot)) = (best, self.matches.get_mut(done)) {
                *slot = best;
                done += 1;
            }
            at = end;
        }
        self.matches.truncate(done);
        self.drop_stray_negation(term, asked);
    }

    /// True if a word of the query was found in the term.
    fn is_found(&self, position: u8) -> bool {
        self.matches.iter().any(|matched| matched.query == position)
    }

    /// True if a word of the term was asked for.
    fn is_said(&self, at: usize) -> bool {
        self.matches.iter().any(|matched| usize::from(matched.term) == at)
    }

    /// A negation belongs to what it negates: *not ruptured* is not the *not* of *not specified*.
    fn drop_stray_negation(&mut self, term: &[TermWord], asked: &Asked<'_>) {
        let is_stray = |found: &Match| {
            let is_negation = asked.get(found.query).is_some_and(|word| word.role.is_negation());
            let negated = is_negation.then(|| asked.after_light(found.query)).flatten();
            let here = after_light(term, usize::from(found.term));
            let is_it = |next: &Match| Some(next.query) == negated && Some(usize::from(next.term)) == here;
            negated.is_some() && !self.matches.iter().any(is_it)
        };
        if let Some(stray) = self.matches.iter().position(is_stray) {
            self.matches.remove(stray);
        }
    }

    /// How often the term denies what was asked for, or affirms what was denied.
    fn contradictions(&self, term: &[TermWord], asked: &Asked<'_>) -> usize {
        let is_said = |at: usize| self.is_said(at);
        let is_found = |position: u8| self.is_found(position);
        let denied = term.iter().enumerate().filter(|(at, word)| {
            let next = || term.get(at + 1).is_none_or(|next| !word.role.tells_nothing_with(next.role));
            word.role.is_negation() && !is_said(*at) && next() && after_light(term, *at).is_some_and(is_said)
        });
        let affirmed = (0..asked.len() as u8).filter(|&position| {
            let next = asked.get(position + 1).map(|next| next.role).unwrap_or_default();
            let denies = |word: &Word| word.role.is_negation() && !word.role.tells_nothing_with(next);
            asked.get(position).is_some_and(denies)
                && !is_found(position)
                && asked.after_light(position).is_some_and(is_found)
        });
        let unsaid = || term.iter().enumerate().filter(|(at, _)| !is_said(*at)).map(|(_, word)| word.role);
        let excluded = (0..asked.len() as u8).filter(|&position| {
            let word = asked.get(position).filter(|word| word.role.has_opposite() && !is_found(position));
            word.is_some_and(|word| unsaid().any(|role| role.excludes(word.role)))
        });
        denied.count() + affirmed.count() + excluded.count()
    }

    /// Judges the alignment of a term whose words weigh `said` together.
    fn evaluate(&self, asked: &Asked<'_>, term: &[TermWord], said: f32) -> Judgement {
        let (mut found, mut meant, mut dearest) = (0.0, 0.0, 0);
        for matched in &self.matches {
            let (weight, full) = asked.get(matched.query).map_or((0.0, 0.0), |word| (word.weight, word.full_weight));
            meant += full;
            found += weight * (100.0 - f32::from(matched.cost)) / 100.0;
            dearest = dearest.max(matched.cost);
        }
        let (count, wanted) = (asked.len(), asked.words().map(|word| word.weight).sum::<f32>());
        let added = self.words_added(term);
        let light =
            points::FILLER_WEIGHT * added.fillers as f32 + points::ALTERNATIVE_WEIGHT * added.alternatives as f32;
        let pairs = self.matches.windows(2).filter(|pair| matches!(pair, [a, b] if b.term == a.term + 1)).count();
        let coverage = Coverage {
            query: if wanted > 0.0 { found / wanted } else { 0.0 },
            term: meant / (said - light).max(meant).max(0.1),
            together: if count > 1 { pairs as f32 / (count - 1) as f32 } else { 1.0 },
        };
        let all_found = self.matches.len() == count;
        let says_it = all_found && added.qualifiers + added.content + added.residuals == 0;
        let guessed = asked.words().any(|word| word.expanded.is_some() || word.by.is_some());
        let doubtful = self.matches.iter().filter(|matched| matched.cost > cost::LIKELY).count();
        let in_order = self.matches.is_sorted_by(|a, b| a.term < b.term);
        let just_it = says_it && in_order && added.causes_unknown + added.bracketed + added.alternatives == 0;
        let scattered = count > 1 && (!in_order || pairs == 0) && dearest > cost::MARKS_MISSING;
        let initials = asked.words().any(|word| matches!(word.expanded, Some(Reading::Initials | Reading::Typo)));
        let confidence = if asked.is_guess() {
            Confidence::Perhaps
        } else if just_it && !guessed && dearest <= cost::MARKS_MISSING {
            Confidence::Sure
        } else if all_found
            && dearest <= cost::SOUNDS_ALIKE
            && 2 * doubtful <= count
            && doubtful < 2
            && !scattered
            && !initials
        {
            Confidence::Likely
        } else {
            Confidence::Perhaps
        };
        let whole = says_it && self.matches.len() == term.len();
        let bonus = points::SAYS_IT * f32::from(u8::from(says_it)) + points::WHOLE * f32::from(u8::from(whole));
        let score = points_for(&coverage) + bonus - self.points_off(asked, term, &added);
        Judgement { score, confidence, is_it: whole && dearest <= cost::MARKS_MISSING }
    }

    /// What a term loses for the words that it adds, and for qualifiers that it lacks.
    fn points_off(&self, asked: &Asked<'_>, term: &[TermWord], added: &Added) -> f32 {
        let lacking = asked
            .words()
            .enumerate()
            .filter(|(position, word)| word.qualifier && !self.is_found(*position as u8))
            .count();
        let is_another = |matched: &&Match| matched.reading == Reading::OtherMarks && matched.cost > cost::HOOK_TILDE;
        let others = self.matches.iter().filter(is_another).count();
        let guessed = self
            .matches
            .iter()
            .filter(|matched| matched.cost >= cost::SOUNDS_ALIKE && matched.reading >= Reading::SoundsAlike)
            .count();
        points::CONTRADICTED * self.contradictions(term, asked).min(2) as f32
            + points::GUESSED_AGAIN * guessed.saturating_sub(1).min(4) as f32
            + points::LEADING_WORD * added.leading.min(2) as f32
            + points::RESIDUAL * added.residuals.min(1) as f32
            + points::QUALIFIER_ADDED * added.qualifiers.min(3) as f32
            + points::QUALIFIER_LACKING * lacking.min(3) as f32
            + points::OTHER_MARKS * others.min(2) as f32
    }

    /// What the words of the term do that the query does not have.
    fn words_added(&self, term: &[TermWord]) -> Added {
        let role_word = |at: usize| term.get(at).map(|word| word.role).unwrap_or_default();
        let is_asked = |at: usize| self.is_said(at);
        let first_asked = self.matches.iter().map(|matched| usize::from(matched.term)).min().unwrap_or_default();
        let mut added = Added::default();
        // Words since the last one that was asked for, which a conjunction may turn into an alternative.
        let mut pending = 0;
        for (at, word) in term.iter().enumerate() {
            let asked = is_asked(at);
            if asked || word.apart {
                pending = 0;
            }
            if asked {
                continue;
            }
            let role = match word.role == RoleWord::default() {
                true => Role::Content,
                false => role(role_word(at.wrapping_sub(1)), word.role, role_word(at + 1)),
            };
            match role {
                // What stands in brackets may be there or not, by the conventions of the ICD; but nobody said it.
                role if word.bracketed => {
                    added.bracketed += usize::from(matches!(role, Role::Qualifier | Role::Residual))
                }
                Role::Conjunction if at > first_asked && is_asked(at + 1) => {
                    added.alternatives += pending;
                    added.content -= pending;
                    pending = 0;
                }
                // *Dizziness or* before *giddiness*: what was asked for is the other alternative.
                Role::Conjunction if at < first_asked => {
                    added.alternatives += added.leading;
                    added.content -= added.leading;
                    added.leading = 0;
                }
                Role::Preposition => pending = 0,
                Role::Conjunction | Role::Opening => {}
                Role::Residual => added.residuals += 1,
                Role::Qualifier => added.qualifiers += 1,
                Role::Filler => added.fillers += 1,
                Role::CauseUnknown => {
                    added.fillers += 1;
                    added.causes_unknown += 1;
                }
                Role::Content => {
                    added.content += 1;
                    added.leading += usize::from(at < first_asked);
                    pending += usize::from(at > first_asked);
                }
            }
        }
        added
    }
}

/// The position of the next word of a term that says something of its own.
fn after_light(term: &[TermWord], at: usize) -> Option<usize> {
    term.iter().enumerate().skip(at + 1).find(|(_, word)| !word.role.is_light()).map(|(at, _)| at)
}
