// The built program, and a folder for what it writes.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = process.env.SSGAN ?? fileURLToPath(new URL('../Gan.Runner/bin/Release/net10.0/ssgan.dll', import.meta.url));
if (!existsSync(program)) throw new Error(`There is no ${program}; dotnet build -c Release Gan.Runner makes it.`);
const command = program.endsWith('.dll') ? ['dotnet', program] : [program];

export const folder = mkdtempSync(join(tmpdir(), 'ssgan-browser-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const small = ['--ngf', '8', '--ndf', '8', '--batch', '4', '--n-dis', '1', '--threads', '1', '--grid', '16', '--plain'];

/** Runs a command to its end. */
export const ssgan = args => promisify(execFile)(command[0], [...command.slice(1), ...args]);

/** Trains a small run. */
export const train = (run, args) => ssgan(['train', '--out', run, ...small, ...args]);

/** Starts a command and waits for a line; the result has the line's match and ends the command. */
export async function start(args, line) {
    const child = spawn(command[0], [...command.slice(1), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const match = await new Promise((found, failed) => {
        let text = '';
        child.stdout.on('data', data => {
            text += data;
            const match = text.match(line);
            if (match) found(match);
        });
        child.on('exit', code => failed(new Error(`It ended with ${code}: ${text}`)));
    });
    const stop = () => new Promise(ended => {
        child.removeAllListeners('exit');
        child.on('exit', ended);
        child.kill('SIGINT');
    });
    return { match, stop };
}

/** Starts to train a small run. */
export const training = (run, args, line) => start(['train', '--out', run, ...small, ...args], line);
