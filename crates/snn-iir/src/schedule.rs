//! The numbers of timesteps that a chain goes through.

use crate::{Error, Result};

/// Numbers of timesteps, strictly decreasing, at least 1.
///
/// ```
/// use snn_iir::IirSchedule;
///
/// assert_eq!(IirSchedule::paper().steps(), [5, 4, 3, 2, 1]);
/// assert_eq!("5,3,1".parse::<IirSchedule>()?.steps(), [5, 3, 1]);
/// assert!(IirSchedule::new(vec![5, 5, 1]).is_err());
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<usize>", into = "Vec<usize>")]
pub struct IirSchedule(Vec<usize>);

impl IirSchedule {
    /// A schedule of these numbers.
    ///
    /// # Errors
    /// [`Error::InvalidSchedule`] if there is none, if one is 0, or if one is not below the one before it.
    pub fn new(steps: Vec<usize>) -> Result<Self> {
        let falls = steps.windows(2).all(|pair| pair[1] < pair[0]);
        if falls && steps.last().is_some_and(|&last| last > 0) {
            Ok(Self(steps))
        } else {
            Err(Error::InvalidSchedule(steps))
        }
    }

    /// The paper's: 5, 4, 3, 2, 1.
    #[must_use]
    pub fn paper() -> Self {
        Self(vec![5, 4, 3, 2, 1])
    }

    /// The numbers.
    #[must_use]
    pub fn steps(&self) -> &[usize] {
        &self.0
    }
}

impl TryFrom<Vec<usize>> for IirSchedule {
    type Error = Error;

    fn try_from(steps: Vec<usize>) -> Result<Self> {
        Self::new(steps)
    }
}

impl From<IirSchedule> for Vec<usize> {
    fn from(schedule: IirSchedule) -> Self {
        schedule.0
    }
}

impl std::str::FromStr for IirSchedule {
    type Err = Error;

    /// Reads `5,4,3,2,1`.
    fn from_str(text: &str) -> Result<Self> {
        let mut position = 0;
        let mut steps = Vec::new();
        for word in text.split(',') {
            let step =
                word.trim().parse().map_err(|_| Error::ScheduleText { position, token: word.to_owned() })?;
            steps.push(step);
            position += word.chars().count() + 1;
        }
        Self::new(steps)
    }
}
