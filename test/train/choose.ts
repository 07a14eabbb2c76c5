// The way from arguments of the command line to what is trained, as `trainyard train` goes it.
import { checkArguments, type RecipeArguments } from '../../train/cli/check-arguments.ts';
import { type Choice, chooseRun } from '../../train/cli/choose-run.ts';

export async function choose(args: RecipeArguments): Promise<Choice> {
  return chooseRun(checkArguments(args));
}
