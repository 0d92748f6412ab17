// The program as built in this checkout, and folders that go away after the tests of a file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../Gan.Runner/bin/Release/net10.0/ssgan.dll', import.meta.url));

/** What the program prints, run to its end; an exit status other than 0 is an error with what it said. */
export function ssgan(...args) {
    return execFileSync('dotnet', [program, ...args.map(String)], { encoding: 'utf8' });
}

/** A run of a few steps of a small network on scenes. */
export function trainSmall(folder, model, ...more) {
    return ssgan('train', '--plain', '--model', model, '--data', 'shapes', '--ngf', 8, '--ndf', 8, '--batch', 4,
        '--n-dis', 1, '--steps', 4, '--out', folder, ...more);
}

export function scratch() {
    const folder = mkdtempSync(join(tmpdir(), 'ssgan-browser-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}
