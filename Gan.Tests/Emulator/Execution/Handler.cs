global using unsafe Handler = delegate*<Ssgan.Tests.Emulator.Warp, Ssgan.Tests.Emulator.Instruction*, void>;
