import { imagesCommand } from './images-command.ts';
import { reportFailure } from './report-failure.ts';

try {
  process.exitCode = await imagesCommand(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportFailure(error);
}
