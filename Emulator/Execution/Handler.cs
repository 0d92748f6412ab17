global using unsafe Handler = delegate*<Ssgan.Emulator.Warp, Ssgan.Emulator.Instruction*, void>;
