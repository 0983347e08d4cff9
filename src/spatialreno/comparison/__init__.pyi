from .money.budgets import Budgets as Budgets
from .money.budgets import read_budgets as read_budgets
from .money.funding import Funding as Funding
from .options import Comparison as Comparison
from .people import People as People
from .people import gather_people as gather_people
from .run import compare as compare
from .write import write_postgis_results as write_postgis_results
