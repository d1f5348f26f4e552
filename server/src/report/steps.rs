//! How far the making of a report has come, step by step.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::files::Format;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Plugins fold over the entries, and are asked.
    Folding {
        /// So many have said what they have to say.
        done: usize,
        /// Of so many.
        of: usize,
        /// So much of all that they have to read, in hundredths.
        percent: u64,
    },
    /// What they said becomes one document.
    Composing,
    /// Its arithmetic is checked.
    Checking,
    /// It becomes files.
    Writing {
        /// Which one.
        format: Format,
        /// The first is 1.
        place: usize,
        /// Of so many.
        of: usize,
    },
}

impl Step {
    /// How many steps there are.
    pub const COUNT: u64 = 4;

    /// Which of them it is, from 1.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Step::Folding { .. } => 1,
            Step::Composing => 2,
            Step::Checking => 3,
            Step::Writing { .. } => 4,
        }
    }

    /// Its name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Step::Folding { .. } => "folding",
            Step::Composing => "composing",
            Step::Checking => "checking",
            Step::Writing { .. } => "writing",
        }
    }

    /// So many of so many parts of the step are done, where it has parts.
    #[must_use]
    pub fn parts(self) -> Option<(u64, u64)> {
        match self {
            Step::Folding { done, of, .. } => Some((done as u64, of as u64)),
            Step::Composing | Step::Checking => None,
            Step::Writing { place, of, .. } => Some((place.saturating_sub(1) as u64, of as u64)),
        }
    }

    /// What is being done, for people.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Step::Folding { done, of, percent } => {
                format!("counting: {done} of {of} plugins are done, {percent}\u{a0}% of the entries are read")
            }
            Step::Composing => "putting together what the plugins counted".to_owned(),
            Step::Checking => "checking that its figures add up".to_owned(),
            Step::Writing { format, place, of } => {
                format!("writing file {place} of {of}: {}", format.ending().to_uppercase())
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} of {}: {}", self.number(), Step::COUNT, self.words())
    }
}

/// Whoever is told.
type Listener = dyn Fn(Step) + Send + Sync;

/// Who is told of each step; by default nobody.
#[derive(Clone, Default)]
pub struct Steps(Option<Arc<Listener>>);

impl Steps {
    /// A function is told.
    pub fn to(listener: impl Fn(Step) + Send + Sync + 'static) -> Steps {
        Steps(Some(Arc::new(listener)))
    }

    /// Tells of a step.
    pub fn tell(&self, step: Step) {
        if let Some(listener) = &self.0 {
            listener(step);
        }
    }

    /// Tells that one format after the other is written, and does what writes it.
    ///
    /// # Errors
    /// The first that one of them ends with.
    pub fn writing<E>(
        &self,
        formats: &[Format],
        mut write: impl FnMut(Format) -> Result<(), E>,
    ) -> Result<(), E> {
        for (place, format) in (1..).zip(formats) {
            self.tell(Step::Writing { format: *format, place, of: formats.len() });
            write(*format)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steps")
    }
}

/// How far plugins that fold side by side have come, all of them together.
#[derive(Debug)]
pub struct Folding<'s> {
    steps: &'s Steps,
    plugins: usize,
    entries: u64,
    /// Plugins that are done, and entries that were read. Held while it is told, so that no step is told after a later one.
    so_far: Mutex<(usize, u64)>,
}

impl<'s> Folding<'s> {
    /// So many plugins are to fold over the first `end` entries.
    #[must_use]
    pub fn new(steps: &'s Steps, plugins: usize, end: u64) -> Folding<'s> {
        let entries = end.saturating_mul(plugins as u64);
        let folding = Folding { steps, plugins, entries, so_far: Mutex::default() };
        folding.add(0, 0);
        folding
    }

    /// One of them has read so many more entries.
    pub fn read(&self, entries: u64) {
        self.add(0, entries);
    }

    /// One of them has said what it has to say.
    pub fn one_is_done(&self) {
        self.add(1, 0);
    }

    fn add(&self, plugins: usize, entries: u64) {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.0 += plugins;
        so_far.1 = so_far.1.saturating_add(entries);
        let (done, read) = *so_far;
        // One that failed or stands in quarantine reads less than all.
        let all_done = done >= self.plugins || self.entries == 0;
        let percent = if all_done { 100 } else { (read.saturating_mul(100) / self.entries).min(100) };
        self.steps.tell(Step::Folding { done, of: self.plugins, percent });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps that are kept, and where.
    fn kept() -> (Steps, Arc<Mutex<Vec<Step>>>) {
        let all = Arc::new(Mutex::new(Vec::new()));
        let told = all.clone();
        (Steps::to(move |step| told.lock().unwrap().push(step)), all)
    }

    #[test]
    fn folding_is_told_of_all_plugins_together() {
        let (steps, all) = kept();
        let folding = Folding::new(&steps, 2, 100);
        folding.read(50);
        folding.read(100);
        folding.one_is_done();
        // The other one was stopped on the way.
        folding.one_is_done();
        let told: Vec<(usize, u64)> = (all.lock().unwrap().iter())
            .filter_map(|step| match step {
                Step::Folding { done, of: 2, percent } => Some((*done, *percent)),
                _ => None,
            })
            .collect();
        assert_eq!(told, [(0, 0), (0, 25), (0, 75), (1, 75), (2, 100)]);
    }

    #[test]
    fn nothing_to_fold_is_done() {
        let (steps, all) = kept();
        drop(Folding::new(&steps, 0, 100));
        assert_eq!(*all.lock().unwrap(), [Step::Folding { done: 0, of: 0, percent: 100 }]);
    }

    #[test]
    fn each_format_is_told_before_it_is_written() {
        let (steps, all) = kept();
        let written: Result<(), Format> =
            steps.writing(&[Format::Json, Format::Pdf, Format::Csv], |format| {
                if format == Format::Pdf { Err(format) } else { Ok(()) }
            });
        assert_eq!(written, Err(Format::Pdf));
        let told: Vec<String> = all.lock().unwrap().iter().map(Step::to_string).collect();
        let expected = ["step 4 of 4: writing file 1 of 3: JSON", "step 4 of 4: writing file 2 of 3: PDF"];
        assert_eq!(told, expected);
    }
}
