"""Every error that is raised on purpose, by what it is about.

Each class builds its one-line message from typed fields: what was found, what was expected, what
to do. Callers catch `EnergyError`, or one of its families, and never have to parse a message.
"""

from energy.errors.asking import *
from energy.errors.base import *
from energy.errors.client import *
from energy.errors.discovery import *
from energy.errors.fetching import *
from energy.errors.figures import *
from energy.errors.forecasting import *
from energy.errors.monitoring import *
from energy.errors.promotion import *
from energy.errors.releases import *
from energy.errors.requests import *
from energy.errors.series import *
from energy.errors.serving import *
from energy.errors.vintages import *
from energy.errors.workbooks import *
