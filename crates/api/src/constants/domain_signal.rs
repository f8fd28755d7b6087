//! Constants: keys and signals that are sent into a guest.

open_enums! {
    /// Values of `virKeycodeSet`.
    pub struct KeycodeSet {
        /// `VIR_KEYCODE_SET_LINUX`, since 0.9.3.
        LINUX = 0,
        /// `VIR_KEYCODE_SET_XT`, since 0.9.3.
        XT = 1,
        /// `VIR_KEYCODE_SET_ATSET1`, since 0.9.3.
        ATSET1 = 2,
        /// `VIR_KEYCODE_SET_ATSET2`, since 0.9.3.
        ATSET2 = 3,
        /// `VIR_KEYCODE_SET_ATSET3`, since 0.9.3.
        ATSET3 = 4,
        /// `VIR_KEYCODE_SET_OSX`, since 0.9.4.
        OSX = 5,
        /// `VIR_KEYCODE_SET_XT_KBD`, since 0.9.4.
        XT_KBD = 6,
        /// `VIR_KEYCODE_SET_USB`, since 0.9.4.
        USB = 7,
        /// `VIR_KEYCODE_SET_WIN32`, since 0.9.4.
        WIN32 = 8,
        /// `VIR_KEYCODE_SET_QNUM`, since 4.2.0.
        QNUM = 9,
    }

    /// Values of `virDomainProcessSignal`.
    pub struct DomainProcessSignal {
        /// `VIR_DOMAIN_PROCESS_SIGNAL_NOP`, since 1.0.1.
        NOP = 0,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_HUP`, since 1.0.1.
        HUP = 1,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_INT`, since 1.0.1.
        INT = 2,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_QUIT`, since 1.0.1.
        QUIT = 3,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_ILL`, since 1.0.1.
        ILL = 4,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_TRAP`, since 1.0.1.
        TRAP = 5,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_ABRT`, since 1.0.1.
        ABRT = 6,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_BUS`, since 1.0.1.
        BUS = 7,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_FPE`, since 1.0.1.
        FPE = 8,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_KILL`, since 1.0.1.
        KILL = 9,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_USR1`, since 1.0.1.
        USR1 = 10,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_SEGV`, since 1.0.1.
        SEGV = 11,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_USR2`, since 1.0.1.
        USR2 = 12,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_PIPE`, since 1.0.1.
        PIPE = 13,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_ALRM`, since 1.0.1.
        ALRM = 14,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_TERM`, since 1.0.1.
        TERM = 15,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_STKFLT`, since 1.0.1.
        STKFLT = 16,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_CHLD`, since 1.0.1.
        CHLD = 17,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_CONT`, since 1.0.1.
        CONT = 18,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_STOP`, since 1.0.1.
        STOP = 19,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_TSTP`, since 1.0.1.
        TSTP = 20,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_TTIN`, since 1.0.1.
        TTIN = 21,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_TTOU`, since 1.0.1.
        TTOU = 22,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_URG`, since 1.0.1.
        URG = 23,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_XCPU`, since 1.0.1.
        XCPU = 24,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_XFSZ`, since 1.0.1.
        XFSZ = 25,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_VTALRM`, since 1.0.1.
        VTALRM = 26,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_PROF`, since 1.0.1.
        PROF = 27,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_WINCH`, since 1.0.1.
        WINCH = 28,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_POLL`, since 1.0.1.
        POLL = 29,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_PWR`, since 1.0.1.
        PWR = 30,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_SYS`, since 1.0.1.
        SYS = 31,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT0`, since 1.0.1.
        RT0 = 32,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT1`, since 1.0.1.
        RT1 = 33,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT2`, since 1.0.1.
        RT2 = 34,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT3`, since 1.0.1.
        RT3 = 35,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT4`, since 1.0.1.
        RT4 = 36,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT5`, since 1.0.1.
        RT5 = 37,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT6`, since 1.0.1.
        RT6 = 38,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT7`, since 1.0.1.
        RT7 = 39,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT8`, since 1.0.1.
        RT8 = 40,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT9`, since 1.0.1.
        RT9 = 41,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT10`, since 1.0.1.
        RT10 = 42,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT11`, since 1.0.1.
        RT11 = 43,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT12`, since 1.0.1.
        RT12 = 44,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT13`, since 1.0.1.
        RT13 = 45,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT14`, since 1.0.1.
        RT14 = 46,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT15`, since 1.0.1.
        RT15 = 47,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT16`, since 1.0.1.
        RT16 = 48,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT17`, since 1.0.1.
        RT17 = 49,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT18`, since 1.0.1.
        RT18 = 50,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT19`, since 1.0.1.
        RT19 = 51,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT20`, since 1.0.1.
        RT20 = 52,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT21`, since 1.0.1.
        RT21 = 53,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT22`, since 1.0.1.
        RT22 = 54,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT23`, since 1.0.1.
        RT23 = 55,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT24`, since 1.0.1.
        RT24 = 56,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT25`, since 1.0.1.
        RT25 = 57,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT26`, since 1.0.1.
        RT26 = 58,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT27`, since 1.0.1.
        RT27 = 59,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT28`, since 1.0.1.
        RT28 = 60,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT29`, since 1.0.1.
        RT29 = 61,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT30`, since 1.0.1.
        RT30 = 62,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT31`, since 1.0.1.
        RT31 = 63,
        /// `VIR_DOMAIN_PROCESS_SIGNAL_RT32`, since 1.0.1.
        RT32 = 64,
    }
}
