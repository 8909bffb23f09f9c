// Preloaded into a measured process: writes what it used to the file named by USAGE_FILE. Peak resident memory in
// bytes, processor time of all its threads in seconds. Linux counts into `maxRSS` what the process was before it became
// this program, a copy of the one that started it; `VmHWM` begins with the program.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const kibibytes =
    process.platform === 'linux'
      ? Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
      : maxRSS;
  const usage = { memory: kibibytes * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(process.env.USAGE_FILE, JSON.stringify(usage));
});
