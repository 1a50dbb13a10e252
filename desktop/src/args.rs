//! The command line as typed; the same words as `bcm`'s.

use std::path::PathBuf;

use clap::Parser;

/// A private messenger with money in it, in a window.
#[derive(Debug, Parser)]
#[command(name = "bcm-desktop", version)]
pub(crate) struct Args {
    /// The profile's folder
    #[arg(long, value_name = "DIR", env = "BCM_PROFILE")]
    pub(crate) profile: Option<PathBuf>,
    /// A node of the network, as it printed itself at its start; remembered in the profile
    #[arg(long, value_name = "ADDR")]
    pub(crate) bootstrap: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_profile_and_any_number_of_nodes_are_options() {
        let line = ["bcm-desktop", "--bootstrap", "a", "--profile", "p", "--bootstrap", "b"];
        let args = Args::try_parse_from(line).unwrap();
        assert_eq!(args.profile, Some(PathBuf::from("p")));
        assert_eq!(args.bootstrap, ["a", "b"]);
        assert!(Args::try_parse_from(["bcm-desktop", "balance"]).is_err());
    }
}
