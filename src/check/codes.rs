//! Rules about one code: does it exist, may it be used, in this role, for this patient?

use super::age::Ages;
use super::encounter::{Role, Sex};
use super::facts::Flags;
use super::rule::Rule;
use super::run::{Coded, Message, Run};
use crate::Result;
use crate::code::CodeShape;
use crate::concept::{Concept, Lookup};

impl Run<'_> {
    pub(super) fn about_code(&mut self, coded: &Coded<'_>) -> Result<()> {
        self.repairs(coded);
        match (coded.role, coded.shape) {
            (Role::Traditional, Some(CodeShape::TraditionalMedicine)) => return self.traditional(coded),
            (Role::Traditional, _) => {
                self.not_traditional(coded);
                return Ok(());
            }
            (_, Some(CodeShape::TraditionalMedicine)) => {
                let code = &coded.item.code;
                let message = Message::new(
                    format!("{code} là mã bệnh y học cổ truyền, không dùng ở {}.", coded.role.field()),
                    format!(
                        "{code} is a code of traditional medicine; it does not belong into {}.",
                        coded.role.field()
                    ),
                );
                self.add(Rule::TraditionalCode, coded, message, Vec::new());
                return Ok(());
            }
            (_, Some(CodeShape::Service | CodeShape::Supply)) => {
                self.wrong_system(coded, None);
                return Ok(());
            }
            _ => {}
        }
        match &coded.concept {
            Some(concept) => {
                self.usability(coded, concept)?;
                self.role(coded);
                self.sex(coded);
                self.age(coded, concept)
            }
            None => self.not_listed(coded),
        }
    }

    fn repairs(&mut self, coded: &Coded<'_>) {
        let item = &coded.item;
        if item.repairs.is_empty() {
            return;
        }
        let how: Vec<&str> = item.repairs.iter().map(|repair| repair.as_str()).collect();
        let (text, code, how) = (item.text, &item.code, how.join(", "));
        let message = Message::new(
            format!("{text:?} được đọc là {code} ({how})."),
            format!("{text:?} was read as {code} ({how})."),
        );
        let suggest = if item.text == code.as_ref() { Vec::new() } else { vec![code.to_string()] };
        self.add(Rule::RepairedCode, coded, message, suggest);
    }

    fn traditional(&mut self, coded: &Coded<'_>) -> Result<()> {
        let code = &coded.item.code;
        let (day, terminology) = (self.day(), self.checker.terminology());
        let dated = day.map(|day| terminology.as_of(day));
        match dated.as_ref().unwrap_or(terminology).lookup(&self.checker.settings.traditional, code)? {
            Lookup::Found(_) | Lookup::Ambiguous(_) => {}
            Lookup::NotLoaded => {
                let message = Message::new(
                    format!("Chưa nạp danh mục bệnh y học cổ truyền; không kiểm tra được mã {code}."),
                    format!("No list of traditional medicine is loaded; {code} could not be checked."),
                );
                self.add(Rule::ListNotLoaded, coded, message, Vec::new());
            }
            Lookup::Unknown { fragment, .. } => {
                let message = Message::new(
                    format!("{code} không có trong danh mục bệnh y học cổ truyền đang nạp."),
                    format!("{code} is not in the loaded list of traditional medicine."),
                );
                if fragment {
                    self.add_unknown(Rule::UnknownCode, coded, message, Vec::new());
                } else {
                    self.add(Rule::UnknownCode, coded, message, Vec::new());
                }
            }
        }
        Ok(())
    }

    fn not_traditional(&mut self, coded: &Coded<'_>) {
        let (code, field) = (&coded.item.code, coded.role.field());
        let (rule, vi, en) = match coded.shape {
            Some(CodeShape::Icd10) => (Rule::IcdCode, "là mã ICD-10", "is an ICD-10 code"),
            _ => (Rule::WrongSystem, "không phải mã bệnh y học cổ truyền", "is no code of traditional medicine"),
        };
        let message = Message::new(
            format!("{code} {vi}, không dùng ở {field}."),
            format!("{code} {en}; it does not belong into {field}."),
        );
        self.add(rule, coded, message, Vec::new());
    }

    /// A code whose look, or whose list, is that of another system.
    fn wrong_system(&mut self, coded: &Coded<'_>, list: Option<String>) {
        let (vi, en) = match (coded.shape, list) {
            (Some(CodeShape::Service), _) => ("là mã dịch vụ kỹ thuật".to_owned(), "is a code of a service".to_owned()),
            (Some(CodeShape::Supply), _) => {
                ("là mã vật tư y tế".to_owned(), "is a code of a medical supply".to_owned())
            }
            (_, Some(list)) => (format!("là mã của {list}"), format!("is a code of {list}")),
            _ => return,
        };
        let code = &coded.item.code;
        let message =
            Message::new(format!("{code} {vi}, không phải mã bệnh ICD-10."), format!("{code} {en}, not of ICD-10."));
        self.add(Rule::WrongSystem, coded, message, Vec::new());
    }

    /// A code that the edition does not have, or that no edition was asked for.
    fn not_listed(&mut self, coded: &Coded<'_>) -> Result<()> {
        let code = coded.item.code.as_ref();
        let Some((place, edition)) = self.edition else {
            let (vi, en) = match self.day() {
                Some(day) => (format!(" cho ngày {day}"), format!(" for {day}")),
                None => (String::new(), String::new()),
            };
            let message = Message::new(
                format!("Chưa nạp danh mục ICD-10{vi}; không kiểm tra được mã {code}."),
                format!("No ICD-10 list is loaded{en}; {code} could not be checked."),
            );
            self.add(Rule::ListNotLoaded, coded, message, Vec::new());
            return Ok(());
        };
        let system = edition.facts.system;
        let mut known_in = Vec::new();
        for other in &self.checker.editions {
            if !other.facts.system.is_same(system) && other.facts.system.lookup(code)?.concept().is_some() {
                known_in.push(other.facts.system.edition().to_string());
            }
        }
        if known_in.is_empty()
            && let Some(list) = self.other_system(code)?
        {
            self.wrong_system(coded, Some(list));
            return Ok(());
        }
        let suggest = edition.instead_of(self.checker, place, code, self.purpose(coded))?;
        let name = system.edition();
        let (vi, en) = match known_in.join(", ") {
            known if known.is_empty() => (String::new(), String::new()),
            known => (format!(", nhưng có trong {known}"), format!(", but is in {known}")),
        };
        if system.is_fragment() {
            let message = Message::new(
                format!("{code} không có trong {name}{vi}; đây chỉ là một phần của danh mục nên không kết luận được."),
                format!("{code} is not in {name}{en}; that is only a part of the list, so nothing can be said."),
            );
            self.add_unknown(Rule::UnknownCode, coded, message, suggest);
        } else {
            let message =
                Message::new(format!("{code} không có trong {name}{vi}."), format!("{code} is not in {name}{en}."));
            self.add(Rule::UnknownCode, coded, message, suggest);
        }
        Ok(())
    }

    /// Another loaded code system that lists a code which is no ICD-10 code of the national list.
    fn other_system(&self, code: &str) -> Result<Option<String>> {
        for system in self.checker.terminology().loaded() {
            let is_own = self.checker.editions.iter().any(|edition| edition.facts.system.is_same(system));
            if !is_own && system.lookup(code)?.concept().is_some() {
                return Ok(Some(system.edition().to_string()));
            }
        }
        Ok(None)
    }

    fn usability(&mut self, coded: &Coded<'_>, concept: &Concept<'_>) -> Result<()> {
        let Some((_, edition)) = self.edition else { return Ok(()) };
        let code = coded.item.code.as_ref();
        if coded.flags.has(Flags::INACTIVE) {
            let name = edition.facts.system.edition();
            let message =
                Message::new(format!("{code} đã bị bỏ trong {name}."), format!("{code} is withdrawn in {name}."));
            self.add(Rule::UnknownCode, coded, message, Vec::new());
        } else if coded.flags.has(Flags::GROUPER) {
            let message = Message::new(
                format!("{code} là chương hoặc nhóm bệnh, không phải mã bệnh."),
                format!("{code} is a chapter or block, and no code itself."),
            );
            self.add(Rule::Heading, coded, message, Vec::new());
        } else if coded.flags.has(Flags::HEADING) && self.provision(Rule::Heading).is_some() {
            let suggest = edition.fitting(self.purpose(coded), concept.usable_codes()?)?;
            let message = Message::new(
                format!("{code} có mã chi tiết hơn; phải dùng mã chi tiết."),
                format!("{code} has finer codes, one of which must be used."),
            );
            self.add(Rule::Heading, coded, message, suggest);
        }
        Ok(())
    }

    fn role(&mut self, coded: &Coded<'_>) {
        let code = coded.item.code.as_ref();
        let has = |flag| coded.flags.has(flag);
        if coded.role == Role::Main {
            // Manifestations are told by a rule of their own, which suggests the underlying disease.
            if has(Flags::NEVER_MAIN) && !has(Flags::ASTERISK) {
                let message = Message::new(
                    format!("{code} không được dùng làm bệnh chính."),
                    format!("{code} must not be the main diagnosis."),
                );
                self.add(Rule::NeverMain, coded, message, Vec::new());
            }
            if has(Flags::DISCOURAGED_MAIN) {
                let message = Message::new(
                    format!("{code} không được khuyến khích dùng làm bệnh chính."),
                    format!("{code} is discouraged as main diagnosis."),
                );
                self.add(Rule::DiscouragedMain, coded, message, Vec::new());
            }
        }
        if coded.role != Role::DeathCause && has(Flags::DEATH_CAUSE_ONLY) {
            let message = Message::new(
                format!("{code} chỉ dùng để mã hoá nguyên nhân tử vong."),
                format!("{code} is only for coding the cause of death."),
            );
            self.add(Rule::DeathCauseOnly, coded, message, Vec::new());
        }
    }

    fn sex(&mut self, coded: &Coded<'_>) {
        let code = coded.item.code.as_ref();
        let (female, male) = (coded.flags.has(Flags::FEMALE), coded.flags.has(Flags::MALE));
        let (vi, en) = match self.encounter.sex {
            // A code that the list gives to both contradicts nobody.
            Some(Sex::Male) if female && !male => ("nữ", "female"),
            Some(Sex::Female) if male && !female => ("nam", "male"),
            _ => return,
        };
        let message = Message::new(
            format!("{code} chỉ hoặc chủ yếu gặp ở người bệnh {vi}."),
            format!("{code} occurs only or mainly in {en} patients."),
        );
        self.add(Rule::ImplausibleSex, coded, message, Vec::new());
    }

    fn age(&mut self, coded: &Coded<'_>, concept: &Concept<'_>) -> Result<()> {
        if self.provision(Rule::AgeWindow).is_none() {
            return Ok(());
        }
        let Some((place, edition)) = self.edition else { return Ok(()) };
        let (start, end) = (self.encounter.start, self.encounter.end);
        let Some(ages) = self.encounter.birth.and_then(|birth| Ages::over(birth, start, end)) else { return Ok(()) };
        let code = coded.item.code.as_ref();
        let mut is_outside = false;
        match edition.facts.windows(concept.id()) {
            Some(windows) => is_outside = windows.iter().any(|window| !window.may_hold(ages)),
            // The list has none: those of a list that had, for codes that kept their meaning.
            None => {
                for (former, other) in self.checker.editions.iter().enumerate().filter(|(former, _)| *former != place) {
                    let Some(listed) = other.facts.system.lookup(code)?.concept() else { continue };
                    let windows = other.facts.windows(listed.id()).unwrap_or_default();
                    is_outside |= windows.iter().any(|window| !window.may_hold(ages))
                        && self.checker.kept_its_meaning(former, place, code)?;
                }
            }
        }
        if is_outside {
            let message = Message::new(
                format!("Tuổi của người bệnh trong đợt điều trị không phù hợp với mã {code} theo Quyết định 4469."),
                format!("The patient's age during the stay does not fit {code}, by Decision 4469."),
            );
            self.add(Rule::AgeWindow, coded, message, Vec::new());
        }
        Ok(())
    }
}
