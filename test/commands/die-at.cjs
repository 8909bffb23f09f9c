// Preloaded into a command: kills the process, like a power failure, before or during the operation that DIE_AT names.
const fs = require('node:fs');
const promises = require('node:fs/promises');

const step = process.env.DIE_AT;
const die = () => process.kill(process.pid, 'SIGKILL');

/** Replaces a function in its callback and promise variants, in every module that exports it. */
function before(name, action) {
  for (const owner of [fs, promises]) {
    const original = owner[name];
    if (original !== undefined)
      owner[name] = function (...args) {
        action(...args);
        return original.apply(this, args);
      };
  }
}

if (step === 'rename') {
  before('rename', die);
  before('renameSync', die);
} else {
  const { open } = promises;
  promises.open = async (path, flags, ...rest) => {
    const handle = await open(path, flags, ...rest);
    if (flags === 'wx') {
      if (step === 'open') die();
      if (step === 'sync') handle.sync = die;
      if (step === 'write') {
        handle.writeFile = async (text) => {
          await handle.write(String(text).slice(0, 40));
          die();
        };
      }
    }
    return handle;
  };
}
